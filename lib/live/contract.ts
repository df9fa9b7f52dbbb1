import { z } from 'zod'
import { alertsAnswerSchema } from '../alerts/alert.ts'
import { importStateSchema, picturePageSchema } from '../api/datasets.ts'
import { engineSchema } from '../api/engines.ts'
import { bundleStateSchema } from '../api/models.ts'
import { runPlanSchema } from '../api/plans.ts'
import { createdShareSchema, shareSchema } from '../api/shares.ts'
import { spaceSchema, trimmedSchema } from '../api/space.ts'
import { tuneSchema } from '../api/tunes.ts'
import { problemSummarySchema } from '../run/events.ts'
import type { JsonSchema } from './check.ts'
import {
  bundleMessageSchema,
  deviceUseMessageSchema,
  eventsMessageSchema,
  LIVE_PATH,
  LIVE_PROTOCOL,
  overviewChangeSchema,
  overviewSchema,
  revokedSchema,
  skippedMessageSchema,
  watchAnswerSchema,
} from './protocol.ts'

/** Everything that a page takes from the server after it was loaded, by name. */
const ARRIVALS = {
  events: eventsMessageSchema,
  skipped: skippedMessageSchema,
  overview: overviewChangeSchema,
  bundle: bundleMessageSchema,
  deviceUse: deviceUseMessageSchema,
  engines: z.object({ engines: z.array(engineSchema) }),
  revoked: revokedSchema,
  watchAnswer: watchAnswerSchema,
  overviewAnswer: z.union([overviewSchema, z.object({ problem: problemSummarySchema })]),
  pictures: picturePageSchema,
  bundleState: z.object({ bundle: bundleStateSchema }),
  importStarted: z.object({ import: importStateSchema }),
  runQueued: z.object({ run: z.object({ id: z.string() }) }),
  planned: z.object({ plan: runPlanSchema }),
  speed: z.object({ devices: z.array(z.object({ device: z.string() })) }),
  tune: z.object({ tune: tuneSchema }),
  shares: z.object({ shares: z.array(shareSchema) }),
  shareMade: z.object({ share: createdShareSchema }),
  alerts: alertsAnswerSchema,
  alertsSet: z.object({ secret: z.string() }),
  space: z.object({ space: spaceSchema }),
  trimmed: z.object({ trimmed: trimmedSchema }),
  problem: problemSummarySchema,
}

/** What each arrival is once it is checked. */
export type Arrivals = { [Name in keyof typeof ARRIVALS]: z.infer<(typeof ARRIVALS)[Name]> }

/** The protocol as plain data, made on the server from its zod schemas and handed to the page. */
export type Contract = {
  readonly protocol: number
  readonly path: string
  readonly arrivals: { readonly [Name in keyof Arrivals]: JsonSchema }
  readonly definitions: { readonly [reference: string]: JsonSchema }
}

/** The schemas of all arrivals as JSON Schema, the same for every page. */
export function contract(): Contract {
  made ??= make()
  return made
}

let made: Contract | undefined

function make(): Contract {
  const all = z.toJSONSchema(z.object(ARRIVALS), {
    reused: 'ref',
    override: ({ jsonSchema }) => leaveOut(jsonSchema),
  }) as JsonSchema & { $defs?: Record<string, JsonSchema> }
  const definitions = Object.fromEntries(
    Object.entries(all.$defs ?? {}).map(([name, schema]) => [`#/$defs/${name}`, schema]),
  )
  return {
    protocol: LIVE_PROTOCOL,
    path: LIVE_PATH,
    arrivals: all.properties as Contract['arrivals'],
    definitions,
  }
}

/** What the page's check does without: every page carries the contract. */
function leaveOut(schema: { [keyword: string]: unknown }): void {
  // zod's pattern of a date is long; the page reads dates with Date.parse.
  if (schema.format === 'date-time') delete schema.pattern
  // Whole numbers are safe ones anyway, and what is unknown is passed over.
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.additionalProperties === false) delete schema.additionalProperties
  delete schema.default
}

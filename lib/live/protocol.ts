import { z } from 'zod'
import { importStateSchema } from '../api/datasets.ts'
import { deviceUseSchema } from '../api/device-use.ts'
import { deviceSchema } from '../api/machine.ts'
import { bundleStateSchema } from '../api/models.ts'
import { waitingRunSchema } from '../api/queue.ts'
import { runSummarySchema } from '../api/runs.ts'
import { problemSummarySchema, runEventSchema } from '../run/events.ts'
import { runSchema } from '../run/run.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const LIVE_PROTOCOL = 2

/** Where Socket.IO listens. */
export const LIVE_PATH = '/live'

/** `auth` of the handshake. A share's token opens that one run and nothing else. */
export const handshakeSchema = z.object({
  protocol: z.number().int(),
  share: z.string().optional(),
})

/**
 * `watch`: the events of a run after `afterSeq`, at first in the answer, then live ones as `events` messages, in order and
 * without gaps. A client that is far behind gets `skipped` instead: it says which stretch of the log it stands for. A
 * client that sees a gap watches again with the last seq it has.
 */
export const watchSchema = z.object({ runId: z.string(), afterSeq: z.number().int().nonnegative() })
export type Watch = z.infer<typeof watchSchema>

const seq = z.number().int().positive()

/**
 * A stretch of the log in short, `from` and `to` included: the run as all of its events tell it, and of the events those
 * that are no steps (`steps.ts`). Folding the stretch event by event gives the same run.
 */
export const skippedSchema = z.object({
  from: seq,
  to: seq,
  changes: z.array(runEventSchema),
  run: runSchema,
})
export type Skipped = z.infer<typeof skippedSchema>

/** The next stretch of a log, in full or in short. */
export const stretchSchema = z.union([
  z.object({ events: z.array(runEventSchema) }),
  z.object({ skipped: skippedSchema }),
])
export type Stretch = z.infer<typeof stretchSchema>

/** Answers of the server: the first stretch, or a problem for people. */
export const watchAnswerSchema = z.union([stretchSchema, z.object({ problem: problemSummarySchema })])
export type WatchAnswer = z.infer<typeof watchAnswerSchema>

/** `events`, server → client. */
export const eventsMessageSchema = z.object({ runId: z.string(), events: z.array(runEventSchema).min(1) })
export type EventsMessage = z.infer<typeof eventsMessageSchema>

/** `skipped`, server → client. */
export const skippedMessageSchema = z.object({ runId: z.string(), skipped: skippedSchema })
export type SkippedMessage = z.infer<typeof skippedMessageSchema>

/** What runs, what is imported, who holds which device: the answer to `watchOverview`. */
export const overviewSchema = z.object({
  runs: z.array(runSummarySchema),
  imports: z.array(importStateSchema),
  devices: z.array(deviceSchema),
  /** What waits, in its order. */
  waiting: z.array(waitingRunSchema),
  /** Why no run is begun; absent: they are. */
  paused: problemSummarySchema.optional(),
})
export type Overview = z.infer<typeof overviewSchema>

/** `overview`, server → client, at most twice a second: what of it has changed since the last one, and nothing else. */
export const overviewChangeSchema = z.object({
  runs: overviewSchema.shape.runs,
  machine: overviewSchema.omit({ runs: true }).optional(),
})
export type OverviewChange = z.infer<typeof overviewChangeSchema>

/** `bundle`, server → client, to those who watch the run: its browser model, as it is made. */
export const bundleMessageSchema = z.object({ runId: z.string(), bundle: bundleStateSchema })
export type BundleMessage = z.infer<typeof bundleMessageSchema>

/** `deviceUse`, server → client, every two seconds to those who asked with `watchDeviceUse`. */
export const deviceUseMessageSchema = z.object({ devices: z.array(deviceUseSchema) })
export type DeviceUseMessage = z.infer<typeof deviceUseMessageSchema>

/** `revoked`, server → client: the share is no longer valid; the connection ends after it. */
export const revokedSchema = z.object({ problem: problemSummarySchema })

export type ServerMessages = {
  events: (message: EventsMessage) => void
  skipped: (message: SkippedMessage) => void
  overview: (message: OverviewChange) => void
  bundle: (message: BundleMessage) => void
  deviceUse: (message: DeviceUseMessage) => void
  revoked: (message: z.infer<typeof revokedSchema>) => void
}
export type ClientMessages = {
  watch: (message: Watch, answer: (answer: WatchAnswer) => void) => void
  unwatch: (message: { runId: string }) => void
  watchOverview: (
    answer: (answer: Overview | { problem: z.infer<typeof problemSummarySchema> }) => void,
  ) => void
  unwatchOverview: () => void
  watchDeviceUse: () => void
  unwatchDeviceUse: () => void
}

import { z } from 'zod'
import { newExportSchema } from '../../../lib/api/exports.ts'
import { problemSummarySchema } from '../../../lib/run/events.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const EXPORTER_PROTOCOL = 2

const whole = z.number().int().nonnegative()

/** Which run is exported, and where to. The exporter asks the owner of `dataDir` for the rest. */
export const toExporterSchema = z.object({
  type: z.literal('export'),
  protocol: z.literal(EXPORTER_PROTOCOL),
  dataDir: z.string(),
  run: z.string(),
  outDir: z.string(),
  choices: newExportSchema,
})
export type ToExporter = z.infer<typeof toExporterSchema>

export const fromExporterSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    phase: z.enum(['writing', 'checking']),
    done: whole,
    total: whole,
  }),
  z.object({ type: z.literal('exported'), bytes: whole }),
  z.object({ type: z.literal('failed'), problem: problemSummarySchema }),
])
export type FromExporter = z.infer<typeof fromExporterSchema>

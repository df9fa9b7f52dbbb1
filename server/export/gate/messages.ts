import { z } from 'zod'
import { PRECISIONS } from '../../../lib/graph-model/precision.ts'
import { problemSummarySchema } from '../../../lib/run/events.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const GATE_PROTOCOL = 1

export const toGateSchema = z.object({
  protocol: z.literal(GATE_PROTOCOL),
  /** The folder that the bundle was written to. */
  bundle: z.string(),
  /** The server's network as an ONNX file. */
  reference: z.string(),
  pictures: z.array(z.string()),
})
export type ToGate = z.infer<typeof toGateSchema>

const paritySchema = z.object({
  pictures: z.number().int(),
  sameTop1: z.number().int(),
  maxProbabilityDifference: z.number(),
})

export const fromGateSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('compared') }),
  z.object({ type: z.literal('done'), parity: z.partialRecord(z.enum(PRECISIONS), paritySchema) }),
  z.object({ type: z.literal('failed'), problem: problemSummarySchema }),
])
export type FromGate = z.infer<typeof fromGateSchema>

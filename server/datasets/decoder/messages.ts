import { z } from 'zod'
import { sourceFileSchema } from '../source/source-file.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const DECODER_PROTOCOL = 1

const problemSchema = z.object({ code: z.string(), says: z.string(), advice: z.string().optional() })

export const toDecoderSchema = z.discriminatedUnion('type', [
  /** `dataDir` is where the blobs are. */
  z.object({ type: z.literal('open'), protocol: z.literal(DECODER_PROTOCOL), dataDir: z.string() }),
  z.object({ type: z.literal('decode'), index: z.number().int(), file: sourceFileSchema }),
  z.object({ type: z.literal('close') }),
])
export type ToDecoder = z.infer<typeof toDecoderSchema>

const foundSchema = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  format: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  sizeBytes: z.number().int().positive(),
})

export const fromDecoderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), protocol: z.literal(DECODER_PROTOCOL) }),
  /** The picture and its thumbnail are among the blobs, or the file is left out for a reason. */
  z.object({
    type: z.literal('decoded'),
    index: z.number().int(),
    outcome: z.union([foundSchema, z.object({ skipped: z.object({ code: z.string(), says: z.string() }) })]),
  }),
  /** Nothing can be imported any more: the disk is full. */
  z.object({ type: z.literal('failed'), problem: problemSchema }),
])
export type FromDecoder = z.infer<typeof fromDecoderSchema>

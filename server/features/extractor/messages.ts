import { z } from 'zod'
import type { BackboneGraph } from '../../../lib/backbone/graph.ts'
import { LOOKS } from '../../../lib/classify/look.ts'
import { preprocessingSchema } from '../../../lib/preprocess/preprocessing.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const EXTRACTOR_PROTOCOL = 2

/** Where an extractor reads the weights itself, so that they never travel between processes. */
export const weightsSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('backbone'), id: z.string(), dataDir: z.string() }),
  z.object({ kind: z.literal('file'), path: z.string() }),
])
export type WeightsSource = z.infer<typeof weightsSourceSchema>

/** The outline only: the graph comes from our own registry, and the engine refuses what it can't run. */
const graphSchema = z.custom<BackboneGraph>(
  (value) =>
    z.object({ nodes: z.array(z.object({ id: z.string(), op: z.string() })) }).safeParse(value).success,
)

const pictureSchema = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), path: z.string() })
export type PictureFile = z.infer<typeof pictureSchema>

/** What an extractor is to do for its whole life. */
const assignmentSchema = z.object({
  graph: graphSchema,
  /** The tensor to extract, one vector per picture. */
  cut: z.string(),
  weights: z.object({ source: weightsSourceSchema, hash: z.string() }),
  preprocessing: preprocessingSchema,
  looks: z.enum(LOOKS),
  /** The feature cache's folder, where the extractor adds a segment. */
  folder: z.string(),
  width: z.number().int().positive(),
})
export type Assignment = z.infer<typeof assignmentSchema>

export const toExtractorSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('open'),
    protocol: z.literal(EXTRACTOR_PROTOCOL),
    assignment: assignmentSchema,
  }),
  z.object({ type: z.literal('extract'), pictures: z.array(pictureSchema) }),
  z.object({ type: z.literal('close') }),
])
export type ToExtractor = z.infer<typeof toExtractorSchema>

export const fromExtractorSchema = z.discriminatedUnion('type', [
  /** This picture's features are in the segment. */
  z.object({ type: z.literal('extracted'), hash: z.string() }),
  z.object({
    type: z.literal('failed'),
    problem: z.object({ code: z.string(), says: z.string(), advice: z.string().optional() }),
  }),
])
export type FromExtractor = z.infer<typeof fromExtractorSchema>

import { z } from 'zod'
import type { BackboneGraph } from '../../../lib/backbone/graph.ts'
import { LOOKS } from '../../../lib/classify/look.ts'
import { AUGMENTATION_PRESETS, type AugmentationPreset } from '../../../lib/preprocess/augment/presets.ts'
import { preprocessingSchema } from '../../../lib/preprocess/preprocessing.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const EXTRACTOR_PROTOCOL = 5

/** Where an extractor reads the weights itself, so that they never travel between processes. */
export const weightsSourceSchema = z.discriminatedUnion('kind', [
  /** `tuned`: a file of tensors that take the place of the pretrained ones. */
  z.object({
    kind: z.literal('backbone'),
    id: z.string(),
    dataDir: z.string(),
    tuned: z.string().optional(),
  }),
  z.object({ kind: z.literal('file'), path: z.string() }),
])
export type WeightsSource = z.infer<typeof weightsSourceSchema>

/** The outline only: the graph comes from our own registry, and the engine refuses what it can't run. */
const graphSchema = z.custom<BackboneGraph>(
  (value) =>
    z.object({ nodes: z.array(z.object({ id: z.string(), op: z.string() })) }).safeParse(value).success,
)

const index = z.number().int().nonnegative()

const pictureSchema = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  path: z.string(),
  /** Which of the assignment's views are wanted; all of them where absent. */
  views: z.array(index).optional(),
})
export type PictureFile = z.infer<typeof pictureSchema>

const layoutSchema = z
  .array(z.object({ id: z.string(), values: index, precision: z.enum(['uint8', 'float16', 'float32']) }))
  .readonly()

/** What a row of the cache holds. */
const rowsSchema = z.discriminatedUnion('kind', [
  /** The vectors at `cut`, one look after the other. */
  z.object({ kind: z.literal('looks'), cut: z.string(), looks: z.enum(LOOKS) }),
  /** Several tensors of one look. */
  z.object({ kind: z.literal('tensors'), layout: layoutSchema }),
])
export type Rows = z.infer<typeof rowsSchema>

const presets = Object.keys(AUGMENTATION_PRESETS) as [AugmentationPreset, ...AugmentationPreset[]]

/** A view of every picture, and the cache folder where the extractor adds a segment for it. */
const viewSchema = z.object({
  folder: z.string(),
  /** Absent: the picture as it is. */
  random: z.object({ preset: z.enum(presets), seed: index, index }).optional(),
})
export type View = z.infer<typeof viewSchema>

/** What an extractor is to do for its whole life. */
const assignmentSchema = z.object({
  graph: graphSchema,
  rows: rowsSchema,
  views: z.array(viewSchema).min(1),
  weights: z.object({ source: weightsSourceSchema, hash: z.string() }),
  preprocessing: preprocessingSchema,
  /** 32-bit words per row. */
  width: z.number().int().positive(),
  /** Of its session. */
  threads: z.number().int().positive(),
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
  /** This picture's features are in the segments of all views that were wanted. */
  z.object({ type: z.literal('extracted'), hash: z.string() }),
  z.object({
    type: z.literal('failed'),
    problem: z.object({ code: z.string(), says: z.string(), advice: z.string().optional() }),
  }),
])
export type FromExtractor = z.infer<typeof fromExtractorSchema>

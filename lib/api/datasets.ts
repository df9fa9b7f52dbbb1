import { z } from 'zod'
import { SPLITS } from '../dataset/dataset.ts'
import { importReportSchema } from '../dataset/report.ts'
import { problemSummarySchema } from '../run/events.ts'

const whole = z.number().int().nonnegative()
const shareSchema = z.number().min(0).max(1)
const countsSchema = z.object({ train: whole, validation: whole, test: whole })

/** A dataset version as lists and pages show it. */
export const datasetSummarySchema = z.object({
  id: z.string(),
  dataset: z.string(),
  version: z.number().int().positive(),
  /** In label order, as the folders are named. */
  classes: z.array(z.string()),
  counts: countsSchema,
  createdAt: z.iso.datetime(),
  /** Hashes of a few pictures, for a glance. */
  cover: z.array(z.string()),
})
export type DatasetSummary = z.infer<typeof datasetSummarySchema>

/** Where the split came from, per class counts and the import report. */
export const datasetDetailSchema = datasetSummarySchema.extend({
  split: z.object({
    from: z.enum(['folders', 'random']),
    seed: z.number(),
    shares: z.record(z.enum(SPLITS), shareSchema),
  }),
  perClass: z.array(countsSchema),
  report: importReportSchema,
})
export type DatasetDetail = z.infer<typeof datasetDetailSchema>

export const pictureSchema = z.object({
  hash: z.string(),
  file: z.string(),
  label: whole,
  split: z.enum(SPLITS),
  width: whole,
  height: whole,
})
export type PictureRow = z.infer<typeof pictureSchema>

/** Which pictures of a version, in the order of the import. */
export const pictureQuerySchema = z.object({
  split: z.enum(SPLITS).optional(),
  label: z.coerce.number().int().nonnegative().optional(),
  offset: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type PictureQuery = z.input<typeof pictureQuerySchema>

export const picturePageSchema = z.object({ total: whole, pictures: z.array(pictureSchema) })
export type PicturePage = z.infer<typeof picturePageSchema>

/** What an import makes of its pictures: the dataset's name and, where the source has no split, how to make one. */
export const importWishSchema = z.object({
  name: z.string().min(1),
  seed: z.number().int().nonnegative().optional(),
  shares: z.object({ train: shareSchema, validation: shareSchema, test: shareSchema }).optional(),
  validationShare: shareSchema.optional(),
})
export type ImportWish = z.infer<typeof importWishSchema>

/**
 * Starts an import of what was uploaded. One upload is a zip; several are pictures of a folder, whose `path` gives class
 * and split (`train/pug/1.jpg`).
 */
export const newImportSchema = importWishSchema.extend({
  files: z.array(z.object({ upload: z.string().min(1), path: z.string().min(1) })).min(1),
})
export type NewImport = z.infer<typeof newImportSchema>

/** How an import goes; the finished one names the version that it made. */
export const importStateSchema = z.object({
  id: z.string(),
  name: z.string(),
  startedAt: z.iso.datetime(),
  state: z.discriminatedUnion('status', [
    z.object({
      status: z.literal('running'),
      done: whole,
      total: whole,
      imagesPerSecond: z.number(),
      etaSeconds: z.number().optional(),
    }),
    z.object({ status: z.literal('succeeded'), version: z.string() }),
    z.object({ status: z.literal('failed'), problem: problemSummarySchema }),
  ]),
})
export type ImportState = z.infer<typeof importStateSchema>

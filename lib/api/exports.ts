import { z } from 'zod'
import { LOOKS } from '../classify/look.ts'
import { PRECISIONS } from '../graph-model/precision.ts'
import { jobSchema } from './jobs.ts'

/** What a bundle is made of; everything has a default. */
export const newExportSchema = z.strictObject({
  precisions: z.array(z.enum(PRECISIONS)).min(1).optional(),
  /** Absent: as trained. */
  looks: z.enum(LOOKS).optional(),
  /** Whether the ONNX model is in it. */
  onnx: z.boolean().optional(),
  /** Whether the page that classifies is in it. */
  page: z.boolean().optional(),
  /** The model card's. */
  title: z.string().min(1).max(200).optional(),
})
export type NewExport = z.infer<typeof newExportSchema>

/** `path`: where the zip is fetched from. */
export const exportedSchema = z.object({ bytes: z.number().int().nonnegative(), path: z.string() })
export type Exported = z.infer<typeof exportedSchema>

export const exportJobSchema = jobSchema(exportedSchema)

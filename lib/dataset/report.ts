import { z } from 'zod'

/** One file of the source that is not in the dataset, and why. */
const skippedSchema = z.object({ file: z.string(), code: z.string(), says: z.string() })
export type Skipped = z.infer<typeof skippedSchema>

/** Something about the dataset as a whole that people should know. */
const warningSchema = z.object({ code: z.string(), says: z.string(), files: z.array(z.string()).optional() })
export type Warning = z.infer<typeof warningSchema>

/** What became of every file of a source: `imported` + `skipped` = `files`. */
export const importReportSchema = z.object({
  files: z.number().int().nonnegative(),
  imported: z.number().int().nonnegative(),
  skipped: z.array(skippedSchema),
  warnings: z.array(warningSchema),
})
export type ImportReport = z.infer<typeof importReportSchema>

import { z } from 'zod'
import type { Skipped } from '../../../lib/dataset/report.ts'

/** Where the bytes of one file of a source are: any process can read them from there. */
export const sourceFileSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), path: z.string() }),
  z.object({
    kind: z.literal('zip-entry'),
    zip: z.string(),
    /** Of the entry's local header. */
    offset: z.number().int().nonnegative(),
    compressedSize: z.number().int().nonnegative(),
    size: z.number().int().nonnegative(),
    method: z.enum(['stored', 'deflated']),
    crc32: z.number().int().nonnegative(),
  }),
])
export type SourceFile = z.infer<typeof sourceFileSchema>

/** The files of a folder or an archive by their path in it, `/` between the parts. */
export type Source = {
  readonly files: ReadonlyMap<string, SourceFile>
  /** What is there and can't be a picture of ours, whatever its path. */
  readonly skipped: readonly Skipped[]
}

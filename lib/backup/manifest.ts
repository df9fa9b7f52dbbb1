import { z } from 'zod'

/** Raised whenever a backup changes its shape; older ones can still be restored, newer ones are refused. */
export const BACKUP_VERSION = 1

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const bytes = z.number().int().nonnegative()

/** What a dump of the database holds. */
export const dumpSummarySchema = z.object({
  /** When the newest migration that the database had was written. */
  migration: z.number().int().positive(),
  /** Rows of each table. */
  rows: z.record(z.string(), z.number().int().nonnegative()),
  sha256,
  bytes,
})
export type DumpSummary = z.infer<typeof dumpSummarySchema>

/** `backup.json`: everything that a backup holds. Files lie in `objects` under their sha256. */
export const manifestSchema = z.object({
  version: z.literal(BACKUP_VERSION),
  madeAt: z.iso.datetime(),
  /** Below the backup's folder. */
  database: dumpSummarySchema.extend({ file: z.string().regex(/^[\w.-]+$/) }),
  /** `path` in the data folder, `/` between its parts. */
  files: z.array(z.object({ path: z.string().refine(staysBelow, 'a path below the folder'), bytes, sha256 })),
})
export type Manifest = z.infer<typeof manifestSchema>
export type BackedUpFile = Manifest['files'][number]

/** A path that leads nowhere but below its folder, whoever wrote the manifest. */
function staysBelow(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\0\\]/.test(part))
}

/** In the data folder, but no part of a backup: what can be made again, belongs to a process, or is in the dump. */
const LEFT_OUT = [
  /^(features|database|uploads|backups)(\/|$)/,
  /^database-replaced-/,
  /^owner\.(lock|json)$/,
  /^owner\.lock-journal$/,
  /^control\.sock$/,
  /^restore-unfinished$/,
  /^blobs\/unfinished(\/|$)/,
  /^imports\/[^/]+\/pictures(\/|$)/,
  /\.part$/,
]

/** Whether a file or folder of a data folder belongs in its backup. `path` has `/` between its parts. */
export function isBackedUp(path: string): boolean {
  return !LEFT_OUT.some((pattern) => pattern.test(path))
}

/** The sha256 that a file's name promises: pictures are named by their content. */
export function promisedHash(path: string): string | undefined {
  return /^blobs\/pictures\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(path)?.[1]
}

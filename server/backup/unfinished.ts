import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../lib/problem.ts'

/** In a data folder that a restore did not get to the end of. */
export const UNFINISHED = 'restore-unfinished'

/** @throws Problem `backup/unfinished` when only a part of a backup is in the folder. */
export async function demandWhole(dataDir: string): Promise<void> {
  const isUnfinished = await access(join(dataDir, UNFINISHED)).then(
    () => true,
    () => false,
  )
  if (!isUnfinished) return
  throw new Problem('backup/unfinished', {
    says: `A restore into ${dataDir} was interrupted: it holds a part of the backup only.`,
    advice: 'Run "whippet restore" again; it begins anew.',
  })
}

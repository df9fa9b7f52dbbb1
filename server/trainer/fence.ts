import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fenced } from '../../lib/run/run.ts'
import { type FileLock, lockFile } from '../owner/file-lock.ts'

/** Lets a file of a run's folder take its place, unless a later attempt has begun. @throws Problem `runs/fenced`. */
export type Fence = (commit: () => Promise<void>) => Promise<void>

/** What is not an attempt's, but asked for by whoever owns the run. */
export const UNFENCED: Fence = (commit) => commit()

export type Fenced = { readonly dataDir: string; readonly run: string; readonly attempt?: number | undefined }

/**
 * The fence of an attempt. Its number is compared and its file put in place under one lock of the operating system: a
 * trainer that was given up but still lives can't overwrite what a later attempt has written, however late it wakes up.
 */
export function fenceOf({ dataDir, run, attempt }: Fenced): Fence {
  if (attempt === undefined) return UNFENCED
  const folder = join(dataDir, 'fences')
  const file = join(folder, run)
  return async (commit) => {
    await mkdir(folder, { recursive: true })
    const lock = await locked(`${file}.lock`)
    try {
      const latest = Number(await readFile(file, 'utf8').catch(() => '0'))
      if (latest > attempt) throw fenced(run, attempt, latest)
      if (latest < attempt) await writeFile(file, String(attempt))
      await commit()
    } finally {
      lock.release()
    }
  }
}

/** From now on earlier attempts write nothing. @throws Problem `runs/fenced` where a later one has begun. */
export async function raiseFence(of: Fenced): Promise<Fence> {
  const fence = fenceOf(of)
  await fence(async () => undefined)
  return fence
}

/** Held for a rename. */
const LOOK_MS = 5

async function locked(path: string): Promise<FileLock> {
  for (;;) {
    const lock = lockFile(path)
    if (lock !== 'taken') return lock
    await pause(LOOK_MS)
  }
}

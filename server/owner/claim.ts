import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { Problem } from '../../lib/problem.ts'
import { type FileLock, lockFile } from './file-lock.ts'

const ownerSchema = z.object({ pid: z.number().int().positive(), since: z.iso.datetime() })

export type Claim = { release(): Promise<void> }

/**
 * Makes this process the one owner of a data folder, which is made where it is absent. The operating system holds the
 * lock and drops it when the process ends, however it ends: there are no stale locks to clear away.
 *
 * @throws Problem `owner/taken` naming the other's pid, `owner/folder` when the folder can't be used.
 */
export async function claimDataFolder(dataDir: string): Promise<Claim> {
  const lock = await lockIn(dataDir)
  if (lock === 'taken') throw await taken(dataDir)
  const note = noteIn(dataDir)
  try {
    await writeFile(note, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }))
  } catch (cause) {
    lock.release()
    throw unusable(dataDir, cause)
  }
  return {
    async release() {
      await rm(note, { force: true })
      lock.release()
    },
  }
}

async function lockIn(dataDir: string): Promise<FileLock | 'taken'> {
  try {
    await mkdir(dataDir, { recursive: true })
    return lockFile(join(dataDir, 'owner.lock'))
  } catch (cause) {
    throw unusable(dataDir, cause)
  }
}

/** For people only: who the owner is. The lock alone decides. */
function noteIn(dataDir: string): string {
  return join(dataDir, 'owner.json')
}

async function taken(dataDir: string): Promise<Problem> {
  const pid = await ownerPid(dataDir)
  const who = pid === undefined ? 'Another process' : `Process ${pid}`
  return new Problem('owner/taken', {
    says: `${who} is using the data folder ${resolve(dataDir)}.`,
    advice: 'Wait until it has ended or stop it, or choose another folder with WHIPPET_DATA.',
  })
}

/** The owner writes its note right after it has the lock, so a first look may come too early, or find a dead one's. */
async function ownerPid(dataDir: string): Promise<number | undefined> {
  for (let look = 0; look < 10; look++) {
    const text = await readFile(noteIn(dataDir), 'utf8').catch(() => '')
    const owner = ownerSchema.safeParse(parsed(text))
    if (owner.success && isAlive(owner.data.pid)) return owner.data.pid
    await pause(50)
  }
  return undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function unusable(dataDir: string, cause: unknown): Problem {
  return new Problem('owner/folder', {
    says: `The data folder ${resolve(dataDir)} can't be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
    advice:
      'Check that it can be written and that its file system knows locks, or choose another with WHIPPET_DATA.',
    cause,
  })
}

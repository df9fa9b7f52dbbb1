import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { Problem } from '../../lib/problem.ts'
import { isCritical } from '../../lib/space/reserve.ts'
import { isDiskFull } from '../files/disk-full.ts'
import { diskOf } from '../space/disk.ts'
import { statusOf, tooLarge } from './problems.ts'

/** Resumable uploads by the tus protocol; each lies in the folder under its id until it is imported. */
export type Uploads = {
  readonly folder: string
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  close(): void
}

export const UPLOADS_PATH = '/api/uploads'
/** One upload: a zip of a large dataset. */
const MOST_BYTES = 50 * 2 ** 30
/** Without being imported. */
const KEPT_MS = 24 * 3600 * 1000
const CLEAN_UP_EVERY_MS = 3600 * 1000

export async function openUploads(dataDir: string, { mostBytes = MOST_BYTES } = {}): Promise<Uploads> {
  const folder = join(dataDir, 'uploads')
  await mkdir(folder, { recursive: true })
  const server = new Server({
    path: UPLOADS_PATH,
    datastore: new FileStore({ directory: folder, expirationPeriodInMilliseconds: KEPT_MS }),
    relativeLocation: true,
    respectForwardedHeaders: false,
    allowedOrigins: [],
    maxSize: mostBytes,
    async onUploadCreate(_request, upload) {
      const { freeBytes, reserveBytes } = await diskOf(folder)
      if ((upload.size ?? 0) + reserveBytes > freeBytes) throw refusal(noRoom())
      return {}
    },
    // What others have filled meanwhile: the upload waits where it is, and the database keeps its room.
    async onIncomingRequest({ method }) {
      if (method === 'PATCH' && (await isNearlyFull(folder))) throw refusal(noRoom())
    },
    async onResponseError(_request, error) {
      // tus says of every error of writing that it was one.
      if (
        isDiskFull(error) ||
        ('status_code' in error && error.status_code === 500 && (await isNearlyFull(folder)))
      )
        return refusal(noRoom())
      if ('status_code' in error && error.status_code === 413)
        return refusal(tooLarge(`${mostBytes / 2 ** 20} MB`))
      return undefined
    },
  })
  await removeAbandoned(folder)
  const timer = setInterval(() => void removeAbandoned(folder), CLEAN_UP_EVERY_MS).unref()
  return {
    folder,
    handle: (request, response) => server.handle(request, response),
    close: () => clearInterval(timer),
  }
}

async function isNearlyFull(folder: string): Promise<boolean> {
  const { freeBytes, reserveBytes } = await diskOf(folder)
  return isCritical(freeBytes, reserveBytes)
}

/** Finished ones that were never imported too, which tus would keep for ever. */
export async function removeAbandoned(folder: string, now = Date.now()): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => undefined)
    if (found && now - found.mtimeMs > KEPT_MS) await rm(join(folder, name), { force: true })
  }
}

function noRoom(): Problem {
  return new Problem('uploads/no-room', {
    says: 'The disk of the server has no room for this upload.',
    advice: 'Make room on the disk of its data folder; an upload that broke off goes on where it was.',
  })
}

/** A problem as tus hands it on. */
function refusal(problem: Problem): { status_code: number; body: string } {
  return { status_code: statusOf(problem), body: JSON.stringify({ problem: problem.summary() }) }
}

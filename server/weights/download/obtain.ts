import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { backboneEntry } from '../../../lib/backbone/registry.ts'
import { Problem } from '../../../lib/problem.ts'
import type { DownloadProgress } from '../../../lib/run/events.ts'
import { type FileLock, lockFile } from '../../owner/file-lock.ts'
import { importWeights } from '../import.ts'
import {
  type LoadedWeights,
  loadBackboneWeights,
  publishWeights,
  readProvenance,
  weightsFolder,
} from '../load.ts'
import { type FileFetch, fetchFile } from './fetch-file.ts'
import { weightsAddress } from './home.ts'
import { dropPart } from './part.ts'

export type Obtain = {
  readonly dataDir: string
  /** At most every {@link everyMs}, and at the end. */
  readonly onProgress?: (progress: DownloadProgress) => void
  readonly everyMs?: number
  readonly signal?: AbortSignal | undefined
} & Pick<FileFetch, 'stallMs' | 'pauseMs'>

/** How often a process that waits for another one's download looks how far it is. */
const LOOK_MS = 250
/** Downloads of other bytes than the recorded ones before it is said. */
const ROUNDS = 2

/**
 * A backbone's weights, downloaded from their public home where they are not here yet. Each data folder fetches them once:
 * a second process waits for the first one, and goes on where it died.
 *
 * @throws Problem what {@link loadBackboneWeights}, `fetchFile` and `importWeights` throw but `weights/absent`;
 * `weights/damaged` when the bytes are not the recorded ones.
 */
export async function obtainWeights(
  id: string,
  options: Obtain,
): Promise<LoadedWeights & { fresh: boolean }> {
  const here = await loadIfHere(id, options)
  if (here) return { ...here, fresh: false }
  const folder = weightsFolder(options.dataDir)
  const file = join(folder, `${id}.download`)
  await mkdir(folder, { recursive: true })
  const lock = await waitForLock(join(folder, `${id}.lock`), file, options)
  try {
    const meanwhile = await loadIfHere(id, options)
    if (meanwhile) return { ...meanwhile, fresh: false }
    await download(id, file, folder, options)
    await publishWeights(id, options.dataDir)
  } finally {
    lock.release()
  }
  return { ...(await loadBackboneWeights(id, options)), fresh: true }
}

/** Weights that are recorded and lost count as not here; damaged ones are somebody's to decide about. */
async function loadIfHere(id: string, { dataDir }: Obtain): Promise<LoadedWeights | undefined> {
  return loadBackboneWeights(id, { dataDir }).catch((thrown) => {
    if (thrown instanceof Problem && thrown.code === 'weights/absent') return undefined
    throw thrown
  })
}

async function waitForLock(path: string, file: string, { onProgress, signal }: Obtain): Promise<FileLock> {
  for (let lock = lockFile(path); ; lock = lockFile(path)) {
    if (lock !== 'taken') return lock
    const size = await stat(file).catch(() => undefined)
    if (size) onProgress?.({ receivedBytes: size.size })
    await delay(LOOK_MS, undefined, { signal }).catch(() => signal?.throwIfAborted())
  }
}

async function download(id: string, file: string, folder: string, options: Obtain): Promise<void> {
  const { weights } = backboneEntry(id)
  const recorded = await readProvenance(folder, id)
  const before = recorded?.download && { ...recorded.download, sha256: recorded.sourceSha256 }
  const revision = weights.revision ?? before?.revision
  const address = weightsAddress(id, revision)
  const fetch: FileFetch = {
    title: `The weights of ${id}`,
    address: (at) => weightsAddress(id, at),
    revision,
    file,
    byHand: `By hand: fetch ${address} where you can, then run "whippet backbones import ${id} model.safetensors".`,
    ...options,
    onProgress: sometimes(options),
  }
  for (let round = 1; ; round++) {
    const stated = await fetchFile(fetch)
    const got = await sha256Of(file)
    const want = weights.sha256 ?? before?.sha256 ?? stated.sha256
    if (want === undefined || got === want) {
      const home = { home: weights.home, ...(stated.revision && { revision: stated.revision }) }
      await importWeights({ id, file, folder, download: home }).catch(async (thrown) => {
        await dropPart(file)
        throw thrown
      })
      return dropPart(file)
    }
    await dropPart(file)
    // Pieces of several tries may not belong together; what came in one piece and is another file stays one.
    if (stated.whole || round === ROUNDS) throw otherFile(id, { got, want, byHand: fetch.byHand })
  }
}

function sometimes({ onProgress, everyMs = 100 }: Obtain): FileFetch['onProgress'] {
  let last = Number.NEGATIVE_INFINITY
  return (progress) => {
    const now = performance.now()
    if (now - last < everyMs && progress.receivedBytes !== progress.totalBytes) return
    last = now
    onProgress?.(progress)
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

function otherFile(
  id: string,
  { got, want, byHand }: { got: string; want: string; byHand: string },
): Problem {
  return new Problem('weights/damaged', {
    says: `What was sent as the weights of ${id} is not the recorded file: sha256 is ${got}, expected ${want}.`,
    advice: `Do it again; if it stays so, something on the way changes files. ${byHand}`,
  })
}

import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../../../lib/problem.ts'
import type { DownloadProgress } from '../../../lib/run/events.ts'
import { type Stated, statedBy, strongEtag } from './home.ts'
import { appendBody, dropPart, type Part, readPart } from './part.ts'
import { cut, isOffline, refused, unreachable } from './problems.ts'
import { type Answer, get } from './request.ts'

export type FileFetch = {
  /** What people know the file as: "The weights of resnet50". */
  readonly title: string
  /** Where it is at a revision; without one, at the newest. */
  readonly address: (revision: string | undefined) => URL
  readonly revision?: string | undefined
  /** Where the bytes go; what an earlier try left there is gone on with. */
  readonly file: string
  /** How to go on without this download. */
  readonly byHand: string
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** No byte for this long counts as a cut. */
  readonly stallMs?: number | undefined
  /** Pause before the second try; it doubles each time. */
  readonly pauseMs?: number | undefined
}

/** Tries in a row that bring no byte more. */
const FRUITLESS_TRIES = 4

/** What may be better in a moment. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

/**
 * Fetches a file to the end, however often the connection is cut, and says what its home stated of it. Goes on where it
 * stopped only where the bytes are sure to be the same file's: by its commit, or the server's mark.
 *
 * @returns whether it came in one piece, beside what the home stated.
 * @throws Problem `weights/unreachable`, `weights/refused`, `weights/cut`, `weights/damaged`, `weights/disk-full`; the
 * signal's reason.
 */
export async function fetchFile(fetch: FileFetch): Promise<Stated & { whole: boolean }> {
  const { file, signal, pauseMs = 1000 } = fetch
  let most = (await readPart(file)).bytes
  for (let fruitless = 0; ; ) {
    const part = await readPart(file)
    try {
      const got = await fetchMore(part, fetch)
      if (got.done) return { ...got.stated, whole: part.bytes === 0 }
      throw new Error(`it ended after ${got.bytes} of ${got.stated.sizeBytes} bytes`)
    } catch (thrown) {
      signal?.throwIfAborted()
      if (thrown instanceof Problem) throw thrown
      const { bytes } = await readPart(file)
      fruitless = bytes > most ? 0 : fruitless + 1
      most = Math.max(most, bytes)
      if (isOffline(thrown) && bytes === 0) throw unreachable(fetch, thrown)
      if (fruitless >= FRUITLESS_TRIES)
        throw bytes > 0 ? cut(fetch, bytes, thrown) : unreachable(fetch, thrown)
    }
    await delay(pauseMs * 2 ** Math.min(fruitless, 5), undefined, { signal }).catch(() =>
      signal?.throwIfAborted(),
    )
  }
}

type Got = { done: boolean; bytes: number; stated: Stated }

async function fetchMore(part: Part, fetch: FileFetch): Promise<Got> {
  const { file, onProgress, stallMs = 30_000, signal } = fetch
  const revision = part.stated.revision ?? fetch.revision
  const same = fetch.revision === undefined || fetch.revision === part.stated.revision
  const sure = same && (part.stated.revision !== undefined || part.stated.etag !== undefined)
  const { sizeBytes } = part.stated
  if (sure && part.bytes > 0 && part.bytes === sizeBytes) return { done: true, ...part }
  const headers: Record<string, string> = {}
  if (sure && part.bytes > 0) {
    headers.range = `bytes=${part.bytes}-`
    if (part.stated.etag) headers['if-range'] = part.stated.etag
  }
  const answer = await get(fetch.address(sure ? revision : fetch.revision), { headers, stallMs, signal })
  const from = await startOf(answer, part, fetch)
  const report = (bytes: number) => {
    const total = from.stated.sizeBytes
    onProgress?.({ receivedBytes: bytes, ...(total !== undefined && { totalBytes: total }) })
  }
  report(from.bytes)
  const bytes = await appendBody(file, from, answer.body, report)
  const total = from.stated.sizeBytes
  if (total !== undefined && bytes > total) {
    await dropPart(file)
    throw new Problem('weights/damaged', {
      says: `${fetch.title} were announced with ${total} bytes, and more came.`,
      advice: fetch.byHand,
    })
  }
  return { done: total === undefined || bytes === total, bytes, stated: from.stated }
}

/** Where the body of an answer belongs. @throws Problem where there is none; an Error where it is worth another try. */
async function startOf({ status, headers, hops, body }: Answer, part: Part, fetch: FileFetch): Promise<Part> {
  if (status === 200) return { bytes: 0, stated: { revision: fetch.revision, ...defined(statedBy(hops)) } }
  if (status === 206 && continues(headers, part)) return part
  for await (const _ of body) break
  if (status === 206 || status === 416) {
    await dropPart(fetch.file)
    throw new Error('the file there is not the one that was begun')
  }
  if (PASSING.has(status)) throw new Error(`it answers ${status}`)
  if ((status === 404 || status === 410) && part.bytes > 0) {
    await dropPart(fetch.file)
    throw new Error('the revision that was begun is gone')
  }
  throw refused(fetch, status)
}

function continues(headers: IncomingHttpHeaders, { bytes, stated }: Part): boolean {
  const [, start, total] = headers['content-range']?.match(/^bytes (\d+)-\d+\/(\d+|\*)$/) ?? []
  const etag = strongEtag(headers.etag)
  return (
    start === String(bytes) &&
    (total === '*' || stated.sizeBytes === undefined || total === String(stated.sizeBytes)) &&
    (etag === undefined || stated.etag === undefined || etag === stated.etag)
  )
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T
}

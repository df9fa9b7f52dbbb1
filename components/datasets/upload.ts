import { type HttpResponse, Upload } from 'tus-js-client'
import { Problem } from '../../lib/problem.ts'
import type { Package } from './pack.ts'

const ENDPOINT = '/api/uploads'
/** After each of these a lost connection is tried again; then a button does it. */
const RETRY_MS = [0, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]
/** What a lost connection costs at most is what a request held. */
const CHUNK_BYTES = 16 * 2 ** 20

type Hooks = { onProgress: (sent: number, total: number) => void; signal: AbortSignal }

/**
 * Uploads a package, and goes on where an earlier try of the same package stopped, in this page or before a reload.
 *
 * @returns the upload's id. @throws Problem `uploads/interrupted`, or what the server says.
 */
export async function uploadPackage({ blob, key }: Package, { onProgress, signal }: Hooks): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(blob as File, {
      endpoint: ENDPOINT,
      retryDelays: RETRY_MS,
      chunkSize: CHUNK_BYTES,
      fingerprint: async () => `whippet-${key}`,
      removeFingerprintOnSuccess: true,
      metadata: { filename: key },
      onProgress,
      onSuccess: () => resolve(upload.url ?? ''),
      onError: (error) => reject(problemOf(error)),
    })
    signal.addEventListener('abort', () => void upload.abort())
    upload.findPreviousUploads().then((before) => {
      if (before[0]) upload.resumeFromPreviousUpload(before[0])
      if (!signal.aborted) upload.start()
    }, reject)
  })
  return url.split('/').at(-1)!
}

function problemOf(error: Error & { originalResponse?: HttpResponse | null }): Problem {
  const said = error.originalResponse?.getBody()
  try {
    const { problem } = JSON.parse(said ?? '') as { problem: { code: string; says: string; advice?: string } }
    return new Problem(problem.code, { ...problem, cause: error })
  } catch {
    return new Problem('uploads/interrupted', {
      says: 'The upload was interrupted: the server does not answer.',
      advice: 'What has arrived is kept for a day. Try again, and it goes on where it stopped.',
      cause: error,
    })
  }
}

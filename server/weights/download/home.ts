import type { IncomingHttpHeaders } from 'node:http'
import { backboneEntry } from '../../../lib/backbone/registry.ts'
import { Problem } from '../../../lib/problem.ts'

const PUBLIC_HOME = 'https://huggingface.co'
const FILE = 'model.safetensors'
/** What a home calls its newest revision. */
const NEWEST = 'main'

/**
 * Where a backbone's weights are at a revision. WHIPPET_WEIGHTS_HOME names a mirror with the same paths.
 *
 * @throws Problem `weights/bad-home` when that is no address.
 */
export function weightsAddress(id: string, revision: string = NEWEST): URL {
  const base = process.env.WHIPPET_WEIGHTS_HOME || PUBLIC_HOME
  const path = `${backboneEntry(id).weights.home}/resolve/${revision}/${FILE}`
  const address = `${base.replace(/\/+$/, '')}/${path}`
  if (URL.canParse(address) && /^https?:\/\//.test(address)) return new URL(address)
  throw new Problem('weights/bad-home', {
    says: `WHIPPET_WEIGHTS_HOME is "${base}", which is no http or https address.`,
    advice: `Set it to a mirror's address, such as ${PUBLIC_HOME}, or unset it.`,
  })
}

/** What a home says of a file, as far as it does. */
export type Stated = {
  /** The commit that the file belongs to: its bytes never change. */
  readonly revision?: string | undefined
  /** The server's own mark of these bytes; absent where it is a weak one. */
  readonly etag?: string | undefined
  readonly sizeBytes?: number | undefined
  readonly sha256?: string | undefined
}

/** Reads the headers of an answer with the whole file, redirects' before the body's. */
export function statedBy(hops: readonly IncomingHttpHeaders[]): Stated {
  const last = hops.at(-1) ?? {}
  const first = (name: string) =>
    hops.map((headers) => headers[name]).find((value) => typeof value === 'string')
  const matching = (value: string | undefined, pattern: RegExp) => value?.match(pattern)?.[1]
  const size = matching(first('x-linked-size') ?? last['content-length'], /^(\d+)$/)
  return {
    revision: matching(first('x-repo-commit'), /^([0-9a-f]{40})$/),
    etag: strongEtag(last.etag),
    ...(size !== undefined && { sizeBytes: Number(size) }),
    // A file in large-file storage is marked with its sha256 there; others with a shorter hash.
    sha256: matching(first('x-linked-etag'), /^(?:W\/)?"?([0-9a-f]{64})"?$/),
  }
}

export function strongEtag(etag: string | undefined): string | undefined {
  return etag?.startsWith('W/') ? undefined : etag
}

import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pictureFormat } from '../datasets/decoder/picture-format.ts'
import { zipFolder } from '../export/zip-folder.ts'
import { notFound } from './problems.ts'

/** What a browser shows as a picture and nothing else; other formats are handed over as files. */
const SHOWN: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  bmp: 'image/bmp',
}

/** Enough to know a format by. */
const HEAD_BYTES = 4100
const FOREVER = 'private, max-age=31536000, immutable'

/** A picture of a user, by what its bytes are, never as something that runs. Named by its hash, so it never changes. */
export async function pictureAnswer(path: string, hash: string): Promise<Response> {
  const format = await formatOf(path, hash)
  const type = SHOWN[format]
  return fileAnswer(path, {
    'content-type': type ?? 'application/octet-stream',
    'content-disposition': type ? 'inline' : `attachment; filename="${hash}.${format}"`,
    'cache-control': FOREVER,
  })
}

export async function thumbnailAnswer(path: string, hash: string): Promise<Response> {
  if (!(await stat(path).catch(() => undefined))) throw notFound(hash)
  return fileAnswer(path, { 'content-type': 'image/jpeg', 'cache-control': FOREVER })
}

const TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
}

/** A file of a bundle by its path inside. The browser asks each time whether it is still the same. */
export async function bundleAnswer(
  folder: string,
  path: string,
  ifNoneMatch: string | undefined,
): Promise<Response> {
  const inside = path === '' ? 'index.html' : path
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(inside) || inside.includes('..')) throw notFound(path)
  const file = join(folder, inside)
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) throw notFound(path)
  const etag = `"${found.size.toString(36)}-${Math.floor(found.mtimeMs).toString(36)}"`
  const headers = { etag, 'cache-control': 'private, no-cache' }
  if (ifNoneMatch === etag) return new Response(null, { status: 304, headers })
  const type = TYPES[extname(inside)] ?? 'application/octet-stream'
  return fileAnswer(file, { ...headers, 'content-type': type })
}

/** A folder as a zip to be saved. */
export async function zipAnswer(folder: string, name: string): Promise<Response> {
  const { stream, sizeBytes } = await zipFolder(folder)
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${name}"`,
      'content-length': String(sizeBytes),
      'cache-control': 'private, no-cache',
    },
  })
}

async function fileAnswer(path: string, headers: Record<string, string>): Promise<Response> {
  const { size } = await stat(path)
  const stream = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
  return new Response(stream, { headers: { ...headers, 'content-length': String(size) } })
}

async function formatOf(path: string, hash: string): Promise<string> {
  const file = await open(path).catch(() => {
    throw notFound(hash)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return await pictureFormat(buffer.subarray(0, bytesRead)).catch(() => 'bin')
  } finally {
    await file.close()
  }
}

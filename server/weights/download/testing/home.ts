import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers one request in a way of its own; nothing: as a good home would. */
export type Whim = (request: IncomingMessage, response: ServerResponse, home: Home) => boolean

export type Home = {
  readonly url: string
  bytes: Buffer
  commit: string | undefined
  /** Whether the home says what the file's sha256 is. */
  states: boolean
  /** What was asked, in order: path and range. */
  readonly asked: string[]
  /** One for each request to the storage, in order; when they are used up it behaves. */
  whims: Whim[]
  close(): Promise<void>
}

/**
 * A public home of weights that runs here: `/<owner>/<name>/resolve/<revision>/…` redirects to the storage, as the real
 * one does, with the commit and the file's facts on the redirect; the storage knows ranges and marks.
 */
export async function openHome(bytes: Buffer): Promise<Home> {
  const server = createServer((request, response) => {
    const { url = '', headers } = request
    home.asked.push(headers.range ? `${url} ${headers.range}` : url)
    if (url.startsWith('/storage/')) {
      if (home.whims.shift()?.(request, response, home)) return
      return sendFile(request, response, home)
    }
    if (home.commit) response.setHeader('x-repo-commit', home.commit)
    if (home.states) {
      response.setHeader('x-linked-etag', `"${sha256(home.bytes)}"`)
      response.setHeader('x-linked-size', home.bytes.length)
    }
    response.writeHead(302, { location: `/storage/${sha256(home.bytes).slice(0, 8)}` }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const home: Home = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes,
    commit: 'c0ffee'.padEnd(40, '0'),
    states: true,
    asked: [],
    whims: [],
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return home
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function sendFile({ headers }: IncomingMessage, response: ServerResponse, { bytes }: Home): void {
  const etag = `"${sha256(bytes).slice(0, 16)}"`
  response.setHeader('etag', etag)
  const start = Number(headers.range?.match(/^bytes=(\d+)-$/)?.[1])
  const same = headers['if-range'] === undefined || headers['if-range'] === etag
  if (Number.isNaN(start) || !same) {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  } else if (start >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
  } else {
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`
    response.writeHead(206, { 'content-range': range, 'content-length': bytes.length - start })
    response.end(bytes.subarray(start))
  }
}

/** Sends the file up to `share` of it, then breaks the connection. */
export const cutAt =
  (share: number): Whim =>
  (_, response, { bytes }) => {
    response.writeHead(200, { 'content-length': bytes.length, etag: `"${sha256(bytes).slice(0, 16)}"` })
    response.write(bytes.subarray(0, Math.floor(bytes.length * share)), () => response.socket?.end())
    return true
  }

/** Sends the file up to `share` of it, and then nothing more. */
export const stallAt =
  (share: number): Whim =>
  (_, response, { bytes }) => {
    response.writeHead(200, { 'content-length': bytes.length, etag: `"${sha256(bytes).slice(0, 16)}"` })
    response.write(bytes.subarray(0, Math.floor(bytes.length * share)))
    return true
  }

export const answer =
  (status: number): Whim =>
  (_, response) => {
    response.writeHead(status).end('no')
    return true
  }

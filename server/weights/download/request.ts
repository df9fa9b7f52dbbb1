import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'

const MOST_REDIRECTS = 5

export type Answer = {
  readonly status: number
  /** Of the server that sends the body. */
  readonly headers: IncomingHttpHeaders
  /** Of every server on the way, the body's own last: what a home says of a file stands on its redirect. */
  readonly hops: readonly IncomingHttpHeaders[]
  /** Ends early, with an error, when the connection is cut or stalls. Must be read, or left with `break`. */
  readonly body: AsyncIterable<Uint8Array>
}

export type Request = {
  readonly headers?: Readonly<Record<string, string>>
  /** No byte for this long is an error. */
  readonly stallMs: number
  readonly signal?: AbortSignal | undefined
}

/** The other end said nothing for too long. */
export class Stalled extends Error {
  constructor(url: URL, stallMs: number) {
    super(`${url.host} sent nothing for ${stallMs / 1000} s`)
    this.name = 'Stalled'
  }
}

/**
 * GET over http or https: redirects are followed, never from https to http; proxies are those of HTTP_PROXY, HTTPS_PROXY
 * and NO_PROXY. Not `fetch`: it hides the headers of redirects, and in Node it knows no proxies.
 */
export async function get(url: URL, request: Request): Promise<Answer> {
  const hops: IncomingHttpHeaders[] = []
  for (let at = url; ; ) {
    const { message, body } = await getOnce(at, request)
    const { statusCode: status = 0, headers } = message
    hops.push(headers)
    if (status < 300 || status > 399 || !headers.location) return { status, headers, hops, body }
    message.destroy()
    const next = new URL(headers.location, at)
    if (hops.length > MOST_REDIRECTS)
      throw new Error(`${url.host} redirects more than ${MOST_REDIRECTS} times`)
    if (at.protocol === 'https:' && next.protocol !== 'https:')
      throw new Error(`${at.host} redirects from https to ${next.protocol}//${next.host}`)
    at = next
  }
}

function getOnce(
  url: URL,
  { headers = {}, stallMs, signal }: Request,
): Promise<{ message: IncomingMessage; body: AsyncIterable<Uint8Array> }> {
  return new Promise((resolve, reject) => {
    const { get: begin, agent } =
      url.protocol === 'https:'
        ? { get: https.get, agent: new https.Agent(proxied) }
        : { get: http.get, agent: new http.Agent(proxied) }
    const sent = begin(url, {
      agent,
      headers: { 'user-agent': 'whippet', 'accept-encoding': 'identity', ...headers },
      ...(signal && { signal }),
    })
    // A socket's own timeout would miss a proxy that never answers: there is no socket of ours yet.
    let silent: { destroy(error: Error): unknown } = sent
    const watchdog = setTimeout(() => silent.destroy(new Stalled(url, stallMs)), stallMs)
    sent.on('close', () => clearTimeout(watchdog))
    sent.on('error', reject)
    sent.on('response', (message) => {
      silent = message
      resolve({ message, body: watched(message, watchdog) })
    })
  })
}

async function* watched(message: IncomingMessage, watchdog: NodeJS.Timeout): AsyncIterable<Uint8Array> {
  for await (const chunk of message) {
    watchdog.refresh()
    yield chunk as Uint8Array
  }
}

// Node 22.21 has it; the types that we compile against don't yet.
const proxied = { proxyEnv: process.env } as http.AgentOptions

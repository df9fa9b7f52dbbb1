import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Problem } from '../../lib/problem.ts'
import { buildPages } from './build-pages.ts'
import { holdingPage } from './holding-page.ts'
import { PROJECT } from './project.ts'

export type Pages = {
  handle(request: IncomingMessage, response: ServerResponse): unknown
  /** Resolves once there are pages, or there was trouble with them, which the pages then tell. */
  readonly settled: Promise<void>
  /** Whether they are served now, or why they never will be. */
  state(): { readonly ready: boolean; readonly trouble?: Problem | undefined }
  close(): Promise<void>
}

/**
 * The pages, built first where they have to be. Until they are there a holding page stands in for each, so that links
 * can be opened at once.
 */
export function startPages(
  httpServer: Server,
  { dev, say }: { dev: boolean; say: (line: string) => void },
): Pages {
  let open: Open | undefined
  let trouble: Problem | undefined
  const ending = new AbortController()
  async function start(): Promise<void> {
    if (!dev) await buildPages(say, ending.signal)
    ending.signal.throwIfAborted()
    open = await openNext(httpServer, { dev })
  }
  const settled = start().catch((thrown: unknown) => {
    trouble = Problem.from(thrown)
    if (ending.signal.aborted) return
    say([trouble.says, trouble.advice].filter(Boolean).join('\n'))
  })
  return {
    settled,
    state: () => ({ ready: open !== undefined, trouble }),
    handle: (request, response) => (open ? open.handle(request, response) : holdingPage(response, trouble)),
    async close() {
      ending.abort()
      await settled
      await open?.close()
    },
  }
}

type Open = {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  close(): Promise<void>
}

/**
 * Next's pages inside our HTTP server, from the last build or, with `dev`, compiled as they are asked for. Next takes the
 * upgrades of its own development socket from `httpServer`, and leaves others alone.
 */
async function openNext(httpServer: Server, { dev }: { dev: boolean }): Promise<Open> {
  // React and Next read it when they are loaded; Next's types forbid to write it.
  Object.assign(process.env, { NODE_ENV: dev ? 'development' : 'production', NEXT_TELEMETRY_DISABLED: '1' })
  const { default: next } = await import('next')
  const app = next({ dev, dir: PROJECT, httpServer })
  await app.prepare()
  const handle = app.getRequestHandler()
  return { handle, close: () => app.close() }
}

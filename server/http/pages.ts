import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'

/** Where `app/` and `next.config.ts` are. */
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

export type Pages = {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  close(): Promise<void>
}

/**
 * Next's pages inside our HTTP server, from the last build or, with `dev`, compiled as they are asked for. Next takes the
 * upgrades of its own development socket from `httpServer`, and leaves others alone.
 */
export async function openPages(httpServer: Server, { dev }: { dev: boolean }): Promise<Pages> {
  // React and Next read it when they are loaded; Next's types forbid to write it.
  Object.assign(process.env, { NODE_ENV: dev ? 'development' : 'production', NEXT_TELEMETRY_DISABLED: '1' })
  const { default: next } = await import('next')
  const app = next({ dev, dir: PROJECT, httpServer })
  await app.prepare()
  const handle = app.getRequestHandler()
  return { handle, close: () => app.close() }
}

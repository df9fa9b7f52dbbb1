import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Running, startServer } from '../../server/main.ts'

/** The real server with its pages, on any free port; without a data folder on an empty one. */
export async function startTestServer(dataDir?: string, host = '127.0.0.1'): Promise<Running> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'whippet-pages-')))
  const server = await startServer({ dataDir: folder, host, port: 0, pages: 'built' })
  await server.pagesSettled
  return {
    ...server,
    async stop() {
      await server.stop()
      if (!dataDir) await rm(folder, { recursive: true, force: true })
    },
  }
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import {
  type ClientMessages,
  LIVE_PATH,
  LIVE_PROTOCOL,
  type ServerMessages,
} from '../../lib/live/protocol.ts'
import { noise } from '../datasets/testing/pictures.ts'
import { type Running, startServer } from '../main.ts'
import type { Settings } from '../settings.ts'

/** Whatever an answer holds: tests look into it without a schema. */
export type Json = ReturnType<typeof JSON.parse>

export type Client = Socket<ServerMessages, ClientMessages>

export type TestServer = Running & {
  readonly dataDir: string
  /** An answer's status and JSON. */
  ask(path: string, init?: RequestInit): Promise<{ status: number; body: Json }>
  /** A connected client; closed with the server. */
  connect(auth?: Record<string, unknown>, headers?: Record<string, string>): Promise<Client>
}

/** A real server without pages on a data folder of its own, at a free port. */
export async function startTestServer(settings: Partial<Settings> = {}): Promise<TestServer> {
  const dataDir = settings.dataDir ?? (await mkdtemp(join(tmpdir(), 'whippet-server-')))
  const running = await startServer({ host: '127.0.0.1', port: 0, pages: 'none', ...settings, dataDir })
  const clients: Client[] = []
  return {
    ...running,
    dataDir,
    async ask(path, init) {
      const response = await fetch(running.url + path, init)
      return { status: response.status, body: await response.json().catch(() => undefined) }
    },
    connect(auth = {}, headers = {}) {
      const client: Client = io(running.url, {
        path: LIVE_PATH,
        auth: { protocol: LIVE_PROTOCOL, ...auth },
        transports: ['websocket'],
        extraHeaders: headers,
        reconnection: false,
        forceNew: true,
      })
      clients.push(client)
      return new Promise((resolve, reject) => {
        client.on('connect', () => resolve(client))
        client.on('connect_error', reject)
      })
    },
    async stop() {
      for (const client of clients) client.disconnect()
      await running.stop()
    },
  }
}

export function postJson(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** A folder of pictures in two classes, so many of each, split by the importer. */
export async function writePictures(folder: string, each = 8): Promise<string> {
  for (const [label, name] of ['noise', 'paper'].entries()) {
    await mkdir(join(folder, name), { recursive: true })
    for (let n = 0; n < each; n++) {
      await writeFile(
        join(folder, name, `${n}.png`),
        await noise(label * 1000 + n)
          .png()
          .toBuffer(),
      )
    }
  }
  return folder
}

/** A dataset that has been imported by the server itself; the id of its version. */
export async function importPictures({ parts, dataDir }: TestServer, name = 'pictures'): Promise<string> {
  const folder = await writePictures(join(dataDir, 'source', name))
  const { id } = await parts.imports.startLocal(folder, { name })
  const ended = await parts.imports.ended(id)
  if (ended?.state.status !== 'succeeded') throw new Error(JSON.stringify(ended))
  return ended.state.version
}

export const removeFolder = (dataDir: string) => rm(dataDir, { recursive: true, force: true })

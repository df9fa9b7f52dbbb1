import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { io } from 'socket.io-client'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { whippetJson } from '../../e2e/cli/whippet.ts'
import { type ServerProcess, startServerProcess } from '../../e2e/setup/server-process.ts'
import { followStretch } from '../../lib/live/follow-run.ts'
import { LIVE_PATH, LIVE_PROTOCOL, type Stretch } from '../../lib/live/protocol.ts'
import type { Run } from '../../lib/run/run.ts'
import { freshDatabase } from '../store/testing/postgres.ts'
import { type Client, writePictures } from '../testing/server.ts'

const serverUrl = inject('postgresUrl') ?? ''

let databaseUrl: string
let folders: string[]
let servers: ServerProcess[]
const clients: Client[] = []
beforeEach(async (ctx) => {
  if (serverUrl === '') return ctx.skip('this machine has no Postgres to start')
  databaseUrl = await freshDatabase(serverUrl)
  folders = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'whippet-servers-'))))
  servers = await Promise.all(folders.map((dataDir) => startServerProcess({ dataDir, databaseUrl })))
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  await Promise.all((servers ?? []).map((server) => server.stop()))
  await Promise.all((folders ?? []).map((folder) => rm(folder, { recursive: true, force: true })))
})

async function ask<T>({ url }: ServerProcess, path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url + path, init)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function connect({ url }: ServerProcess, share?: string): Promise<Client> {
  const client: Client = io(url, {
    path: LIVE_PATH,
    auth: { protocol: LIVE_PROTOCOL, ...(share && { share }) },
    transports: ['websocket'],
    forceNew: true,
  })
  clients.push(client)
  await new Promise<void>((resolve, reject) => client.on('connect', resolve).on('connect_error', reject))
  return client
}

/** What a client hears of a run: which events, in full or in short, and the run that it folds from them. */
async function watch(server: ServerProcess, client: Client, runId: string) {
  const { run } = await ask<{ run: Run }>(server, `/api/runs/${runId}`)
  const heard = { run, first: run.seq + 1, seqs: [] as number[] }
  const take = (stretch: Stretch) => {
    const last = 'events' in stretch ? stretch.events.at(-1)?.seq : stretch.skipped.to
    const first = 'events' in stretch ? stretch.events[0]?.seq : stretch.skipped.from
    for (let seq = first ?? 1; seq <= (last ?? 0); seq++) heard.seqs.push(seq)
    const followed = followStretch(heard.run, stretch)
    expect(followed.missing).toBe(false)
    heard.run = followed.run
  }
  client.on('events', take)
  client.on('skipped', take)
  await new Promise<void>((resolve) =>
    client.emit('watch', { runId, afterSeq: run.seq }, (answer) => {
      if ('problem' in answer) throw new Error(answer.problem.says)
      take(answer)
      resolve()
    }),
  )
  return heard
}

/** Ends the connections by which servers hear of each other. */
async function breakConnections(): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rowCount } = await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'whippet notices' and datname = current_database()",
  )
  await client.end()
  return rowCount ?? 0
}

/** A dataset, imported by a server. */
async function importOn(dataDir: string): Promise<string> {
  const source = await writePictures(join(dataDir, 'source'))
  await whippetJson(dataDir, 'import', source, '--name', 'pictures')
  return 'pictures'
}

test('who watches on one server sees a run that another trains, without gaps, and after its connection broke', async () => {
  const [a, b] = servers as [ServerProcess, ServerProcess]
  const dataset = await importOn(folders[0]!)
  const client = await connect(b)
  const overview: string[] = []
  client.on('overview', ({ runs }) => overview.push(...runs.map(({ id, status }) => `${id} ${status}`)))
  await client.emitWithAck('watchOverview')
  const { run } = await ask<{ run: { id: string } }>(
    a,
    '/api/runs',
    post({ dataset, solver: { kind: 'adam', epochs: 3000 } }),
  )
  const heard = await watch(b, client, run.id)
  await expect.poll(() => heard.seqs.length, { timeout: 120_000 }).toBeGreaterThan(5)
  expect(await breakConnections()).toBe(2)
  await expect.poll(() => heard.run.state.status, { timeout: 120_000 }).toMatch(/succeeded|failed/)
  const ended = await ask<{ run: Run }>(a, `/api/runs/${run.id}`)
  expect(heard.run).toEqual(ended.run)
  expect(heard.run.state.status).toBe('succeeded')
  expect(heard.seqs).toEqual(
    Array.from({ length: ended.run.seq - heard.first + 1 }, (_, i) => heard.first + i),
  )
  await expect.poll(() => overview).toContain(`${run.id} succeeded`)
})

test('a link that is revoked on one server ends on all of them', async () => {
  const [a, b] = servers as [ServerProcess, ServerProcess]
  const dataset = await importOn(folders[0]!)
  const { run } = await ask<{ run: { id: string } }>(a, '/api/runs', post({ dataset }))
  const { share } = await ask<{ share: { id: string; path: string } }>(
    a,
    `/api/runs/${run.id}/shares`,
    post({}),
  )
  const viewer = await connect(b, share.path.split('/').at(-1))
  const told = new Promise<unknown>((resolve) => viewer.on('revoked', ({ problem }) => resolve(problem)))
  await ask(a, `/api/shares/${share.id}`, { method: 'DELETE' })
  expect(await told).toMatchObject({ code: 'shares/ended' })
})

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Upload } from 'tus-js-client'
import type { RunEvent } from '../../lib/run/events.ts'
import { isOver } from '../../lib/run/run.ts'
import type { Served } from './served.ts'
import type { SmallDisk } from './small-disk.ts'

/** What a round works with: a served data folder on a small disk that has the dataset `shapes`. */
export type Field = { readonly disk: SmallDisk; readonly server: Served; readonly zip: Buffer }

/** One way of filling the disk; throws where something is unclear, lost, or does not go on. */
export type Round = (field: Field, round: number) => Promise<void>

const LOOK_EVERY_MS = 100
const FULL = /\/(disk-full|no-room|short|full)$/

/** The disk is filled in the middle of an upload, which is told so, and goes on where it was once there is room. */
export const upload: Round = async ({ disk, server, zip }, round) => {
  const piece = Math.ceil(zip.length / 4)
  let url: string | null = null
  const send = (options: { breakAfter?: number } = {}) =>
    new Promise<void>((resolve, reject) => {
      const tus = new Upload(zip, {
        endpoint: `${server.url}/api/uploads`,
        ...(url && { uploadUrl: url }),
        chunkSize: piece,
        retryDelays: null,
        onError: reject,
        onSuccess: () => resolve(),
        onChunkComplete(_size, sent) {
          url = tus.url
          if (options.breakAfter !== undefined && sent >= options.breakAfter)
            void tus.abort().then(() => resolve())
        },
      })
      tus.start()
    })
  await send({ breakAfter: piece })
  await disk.fill(0)
  const refused = await send().then(
    () => undefined,
    (error: { originalResponse?: { getStatus(): number; getBody(): string } }) => error.originalResponse,
  )
  assert(refused, 'an upload to a full disk went through')
  const { problem } = JSON.parse(refused.getBody())
  assert.equal(
    refused.getStatus(),
    507,
    `the upload was refused with ${refused.getStatus()} ${refused.getBody()}`,
  )
  assert.match(problem.code, FULL)
  await demandAlive(server)
  await disk.free()
  await send()
  const name = `uploaded-${round}`
  const id = url!.split('/').at(-1)!
  const stored = await readFile(join(disk.folder, 'data', 'uploads', id))
  assert(stored.equals(zip), 'the upload is not what was sent')
  await importUpload(server, id, name)
}

/** The disk is filled in the middle of an import: it fails with a clear error and leaves no half of a dataset. */
export const importing: Round = async ({ disk, server, zip }, round) => {
  const id = await uploadWhole(server, zip)
  await disk.fill(0)
  const name = `imported-${round}`
  const { status, body } = await server.ask('/api/imports', {
    name,
    files: [{ upload: id, path: 'pictures.zip' }],
  })
  // Whether it is refused, or begun and fails, it is told why.
  const problem = status === 200 ? await importEnded(server, body.import.id) : body.problem
  assert(problem, 'an import to a full disk succeeded')
  assert.match(problem.code, FULL)
  assert.equal((await server.ask(`/api/datasets/${name}`)).status, 404)
  await demandAlive(server)
  await disk.free()
  await importUpload(server, await uploadWhole(server, zip), name)
}

/** The disk is filled while a run extracts: the run waits, and succeeds once there is room. */
export const extraction: Round = async ({ disk, server }) => {
  // Nothing of it may be in the cache already.
  assert.equal((await server.ask('/api/cache/trim', { budgetGb: 0 })).status, 200)
  const id = await startRun(server, {})
  const begun = await server.event(id, ({ type }) => type === 'extraction')
  await disk.fill(0)
  await waits(server, id)
  await disk.free()
  await succeeds(server, id, begun.seq)
}

/** The disk is filled between two checkpoints: the run waits, and goes on from the last one. */
export const checkpoint: Round = async ({ disk, server }) => {
  const id = await startRun(server, {
    strategy: 'partial-fine-tuning',
    freeze: { headFirst: false },
    training: { epochs: 6, views: 1, batchSize: 8 },
  })
  const epoch = (event: RunEvent) => (event.type === 'point' ? event.step : 0)
  await server.event(id, (event) => epoch(event) >= 1)
  await disk.fill(0)
  await waits(server, id)
  const before = await server.run(id)
  await disk.free()
  await succeeds(server, id, before.run.seq)
  const { events } = await server.run(id)
  const last = Math.max(...before.events.map(epoch))
  const next = events.find((event) => event.seq > before.run.seq && event.type === 'point')
  if (next) assert(epoch(next) >= last, `epoch ${last} was done, and the run went on with ${epoch(next)}`)
}

/** Writes to the database are refused while the disk is full, and reads are answered. */
export const database: Round = async ({ disk, server }) => {
  await disk.fill(0)
  const refused = await server.ask('/api/runs', { dataset: 'shapes' })
  assert.equal(refused.status, 507, `a run was queued with ${refused.status} ${JSON.stringify(refused.body)}`)
  assert.match(refused.body.problem.code, FULL)
  await demandAlive(server)
  assert.equal((await server.ask('/api/runs')).status, 200)
  await disk.free()
  await succeeds(server, await startRun(server, {}), 0)
}

/** Below the reserve no run is begun, and everyone is told why; above it they go on by themselves. */
export const reserve: Round = async ({ disk, server }) => {
  const { space } = (await server.ask('/api/space')).body
  await disk.fill(Math.round(space.reserveBytes * 0.8))
  const id = await startRun(server, {})
  await waits(server, id)
  const { run } = await server.run(id)
  assert.equal(run.attempt, 0, 'a run was begun below the reserve')
  await disk.free()
  await succeeds(server, id, 0)
}

async function startRun(server: Served, settings: object): Promise<string> {
  const { status, body } = await server.ask('/api/runs', { dataset: 'shapes', ...settings })
  assert.equal(status, 200, `a run could not be queued: ${JSON.stringify(body)}`)
  return body.run.id
}

/** Resolves once the queue is paused with a clear message; the run has not failed. */
async function waits(server: Served, id: string): Promise<void> {
  let paused: { code: string } | undefined
  while (!paused) {
    paused = (await server.ask('/api/space')).body.paused
    await pause(LOOK_EVERY_MS)
  }
  assert.match(paused.code, FULL)
  const devices = async () => (await server.ask('/api/devices')).body.devices as { run?: string }[]
  while ((await devices()).some((device) => device.run !== undefined)) await pause(LOOK_EVERY_MS)
  const { run } = await server.run(id)
  assert.notEqual(run.state.status, 'failed', `the run failed: ${JSON.stringify(run.state)}`)
  await demandAlive(server)
}

async function succeeds(server: Served, id: string, afterSeq: number): Promise<void> {
  await server.event(id, ({ type }) => ENDS.has(type), afterSeq)
  const { run, events } = await server.run(id)
  assert(isOver(run.state))
  assert.equal(run.state.status, 'succeeded', JSON.stringify(run.state))
  assert.equal(events.filter(({ type }) => ENDS.has(type)).length, 1, 'the run ended more than once')
}

const ENDS = new Set<RunEvent['type']>(['succeeded', 'failed', 'stopped'])

async function demandAlive(server: Served): Promise<void> {
  const { status, body } = await server.ask('/readyz')
  assert.equal(status, 200, JSON.stringify(body))
}

export async function uploadWhole(server: Served, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const tus = new Upload(bytes, {
      endpoint: `${server.url}/api/uploads`,
      retryDelays: null,
      onError: reject,
      onSuccess: () => resolve(tus.url!.split('/').at(-1)!),
    })
    tus.start()
  })
}

/** @returns what went wrong; undefined where it succeeded. */
async function importEnded(server: Served, id: string) {
  for (;;) {
    const { state } = (await server.ask(`/api/imports/${id}`)).body.import
    if (state.status !== 'running') return state.problem
    await pause(LOOK_EVERY_MS)
  }
}

export async function importUpload(server: Served, upload: string, name: string): Promise<void> {
  const { status, body } = await server.ask('/api/imports', {
    name,
    files: [{ upload, path: 'pictures.zip' }],
  })
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(await importEnded(server, body.import.id), undefined)
}

/** Every picture is what its name says, every log folds: nothing is corrupt. */
export async function demandIntact({ server, disk }: Pick<Field, 'server' | 'disk'>): Promise<number> {
  const { datasets } = (await server.ask('/api/datasets')).body
  let seen = 0
  for (const { id } of datasets) {
    const { pictures } = (await server.ask(`/api/datasets/${id}/pictures?limit=100`)).body
    for (const { hash } of pictures) {
      const bytes = await readFile(join(disk.folder, 'data', 'blobs', 'pictures', hash.slice(0, 2), hash))
      assert.equal(createHash('sha256').update(bytes).digest('hex'), hash)
      seen++
    }
  }
  for (const { id } of (await server.ask('/api/runs?limit=1000')).body.runs) await server.run(id)
  return seen
}

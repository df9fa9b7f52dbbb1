import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { Upload } from 'tus-js-client'
import type { RunEvent } from '../../lib/run/events.ts'
import { importUpload, uploadWhole } from '../disk/rounds.ts'
import type { Field } from './field.ts'

/** What a round knows: the dataset's pictures as a zip, and whether a trainer or whoever does the run is killed. */
export type Kill = {
  readonly field: Field
  readonly zip: Buffer
  readonly random: () => number
  /** Names what the round makes. */
  readonly name: string
}

/** Kills at a moment of one stage. @returns who was killed. @throws where something is lost, doubled or late. */
export type Stage = (kill: Kill) => Promise<string>

/** How soon a run that was broken off must be shown so. */
const RIGHT_STATE_MS = 45_000
const LOOK_EVERY_MS = 100
const ENDS = new Set<RunEvent['type']>(['succeeded', 'failed', 'stopped'])
const TUNING = {
  strategy: 'partial-fine-tuning',
  freeze: { headFirst: false },
  training: { epochs: 5, views: 1, batchSize: 8 },
}

/** The server dies between two pieces of an upload: what it has acknowledged is there, and the rest follows. */
const upload: Stage = async ({ field, zip, random, name }) => {
  const piece = Math.ceil(zip.length / 5)
  const enough = piece * (1 + Math.floor(random() * 3))
  let path: string | undefined
  const send = (breakAfter = Number.POSITIVE_INFINITY) =>
    new Promise<void>((resolve, reject) => {
      const tus = new Upload(zip, {
        endpoint: `${field.server.url}/api/uploads`,
        ...(path && { uploadUrl: field.server.url + path }),
        chunkSize: piece,
        retryDelays: null,
        onError: reject,
        onSuccess: () => resolve(),
        onChunkComplete(_size, sent) {
          path = new URL(tus.url!).pathname
          if (sent >= breakAfter) void tus.abort().then(() => resolve())
        },
      })
      tus.start()
    })
  await send(enough)
  await field.killServer()
  const head = await fetch(field.server.url + path!, {
    method: 'HEAD',
    headers: { 'tus-resumable': '1.0.0' },
  })
  const there = Number(head.headers.get('upload-offset'))
  assert(there >= enough, `${enough} bytes were acknowledged, ${there} are there`)
  await send()
  const id = path!.split('/').at(-1)!
  assert((await field.read('uploads', id)).equals(zip), 'the upload is not what was sent')
  await importUpload(field.server, id, name)
  return 'server'
}

/** The server dies in an import: it is done again by itself, and all pictures are there. */
const importing: Stage = async ({ field, zip, random, name }) => {
  const id = await uploadWhole(field.server, zip)
  const { status, body } = await field.server.ask('/api/imports', {
    name,
    files: [{ upload: id, path: 'pictures.zip' }],
  })
  assert.equal(status, 200, JSON.stringify(body))
  await pause(random() * 1500)
  await field.killServer()
  const wanted = (await field.server.ask('/api/datasets/shapes')).body.dataset
  await within(60_000, `the import of ${name} has gone on`, async () => {
    const { status: found, body: answer } = await field.server.ask(`/api/datasets/${name}`)
    return found === 200 && same(answer.dataset.perClass, wanted.perClass)
  })
  return 'server'
}

const extraction: Stage = async (kill) => {
  // Nothing of it may be in the cache already.
  await kill.field.server.ask('/api/cache/trim', { budgetGb: 0 })
  return brokenOff(kill, {}, ({ type }) => type === 'extraction')
}

const training: Stage = (kill) =>
  brokenOff(kill, { solver: { kind: 'sgd', epochs: 60 } }, ({ type }) => type === 'point')

const checkpoint: Stage = (kill) => {
  const epoch = 1 + Math.floor(kill.random() * 4)
  return brokenOff(kill, TUNING, (event) => event.type === 'point' && event.step >= epoch)
}

const evaluation: Stage = (kill) =>
  brokenOff(kill, {}, (event) => event.type === 'phase' && event.phase === 'evaluating')

/** The server dies while it makes a run's browser model: it is made again when it is asked for. */
const exporting: Stage = async ({ field, random }) => {
  const run = await startRun(field, {})
  await field.server.event(run, ({ type }) => ENDS.has(type))
  await pause(random() * 1500)
  await field.killServer()
  await demandSucceeded(field, run)
  await within(180_000, 'the browser model is there', async () => {
    const { body } = await field.server.ask(`/api/models/${run}`)
    assert.notEqual(body.bundle.status, 'failed', JSON.stringify(body))
    return body.bundle.status === 'ready'
  })
  return 'server'
}

export const STAGES = { upload, importing, extraction, training, checkpoint, evaluation, exporting }

/** A run is begun, and its trainer or its worker dies soon after `when`; it goes on, and ends once and well. */
async function brokenOff(
  { field, random }: Kill,
  settings: object,
  when: (event: RunEvent) => boolean,
): Promise<string> {
  // Two devices only the worker has: otherwise the server, which hears of a run first, does them all.
  const forWorker = field.settings.databaseUrl !== undefined && random() < 0.5
  const run = await startRun(field, { ...settings, ...(forWorker && { devices: 2 }) })
  await field.server.event(run, (event) => when(event) || ENDS.has(event.type))
  await pause(random() * 300)
  const before = await field.server.run(run)
  const victim = random() < 0.5 ? killTrainer(before.events) : await field.killWorkerOf(run)
  await within(RIGHT_STATE_MS, 'the run is shown as it is', async () => {
    const { run: now } = await field.server.run(run)
    const { status } = now.state
    return (
      status === 'interrupted' || ENDS.has(status as RunEvent['type']) || now.attempt > before.run.attempt
    )
  })
  await demandSucceeded(field, run)
  await demandNothingTwice(field, run)
  return victim
}

async function startRun(field: Field, settings: object): Promise<string> {
  const { status, body } = await field.server.ask('/api/runs', { dataset: 'shapes', ...settings })
  assert.equal(status, 200, `a run could not be queued: ${JSON.stringify(body)}`)
  return body.run.id
}

function killTrainer(events: readonly RunEvent[]): string {
  const started = events.findLast(({ type }) => type === 'started')
  if (started?.type === 'started') {
    try {
      process.kill(started.pid, 'SIGKILL')
      return 'trainer'
    } catch {
      // It has just ended by itself.
    }
  }
  return 'nobody'
}

export async function demandSucceeded(field: Field, id: string): Promise<void> {
  await within(240_000, `run ${id} has ended`, async () => {
    const { run } = await field.server.run(id)
    return ENDS.has(run.state.status as RunEvent['type'])
  })
  const { run, events } = await field.server.run(id)
  assert.equal(run.state.status, 'succeeded', JSON.stringify(run.state))
  assert.equal(events.filter(({ type }) => ENDS.has(type)).length, 1, 'the run ended more than once')
  assert.equal(run.evaluation?.images, run.dataset.counts.test, 'not every test picture was judged')
}

/**
 * An epoch that was done and written down is not done again: at most the one that had just ended is. A head alone has no
 * checkpoints: it is solved again from the features that are cached.
 */
async function demandNothingTwice(field: Field, id: string): Promise<void> {
  const { run, events } = await field.server.run(id)
  if (run.settings.strategy === 'feature-extraction') return
  let last: { attempt: number; series: string; step: number } | undefined
  for (const event of events) {
    if (event.type !== 'point') continue
    const { attempt, series, step } = event
    if (last && attempt > last.attempt && series === last.series)
      assert(step >= last.step, `epoch ${last.step} was done, and the run went on with ${step}`)
    last = { attempt, series, step }
  }
}

async function within(ms: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + ms
  while (!(await holds())) {
    assert(Date.now() < deadline, `it took more than ${ms / 1000} s until ${what}`)
    await pause(LOOK_EVERY_MS)
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

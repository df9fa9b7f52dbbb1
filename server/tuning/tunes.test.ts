import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { newTuneSchema, type Tune } from '../../lib/api/tunes.ts'
import { askOwner } from '../owner/control.ts'
import {
  importPictures,
  type Json,
  postJson,
  removeFolder,
  startTestServer,
  type TestServer,
} from '../testing/server.ts'

let server: TestServer | undefined
let child: ChildProcess | undefined
let dataDir = ''
afterEach(async () => {
  child?.kill('SIGKILL')
  await server?.stop()
  server = undefined
  await removeFolder(dataDir)
})

const search = ['learningRate=1e-3..1']
const sgd = { kind: 'sgd', epochs: 9 } as const

/** A tune as it stands once `when` holds for it: asked for over REST as pages do. */
async function once({ ask }: TestServer, id: string, when: (tune: Tune) => boolean): Promise<Tune> {
  for (let known = ''; ; ) {
    const { tune } = (await ask(`/api/tunes/${id}?known=${known}&wait=30`)).body as { tune: Tune }
    if (when(tune)) return tune
    known = tune.revision
  }
}

const isOver = ({ status }: Tune) => status !== 'running'

async function serveWithPictures(): Promise<TestServer> {
  server = await startTestServer()
  dataDir = server.dataDir
  await importPictures(server)
  return server
}

test('a tune trains its trials as runs that lists leave out, judges them on validation, and names the best', async () => {
  const { ask, parts } = await serveWithPictures()
  const started = await ask(
    '/api/tunes',
    postJson({ run: { dataset: 'pictures', solver: sgd }, search, trials: 4, halving: true }),
  )
  expect(started.body.tune).toMatchObject({
    status: 'running',
    planned: 5,
    trials: [{ trial: 1 }, {}, {}, {}],
  })
  const tune = await once(server!, started.body.tune.id, isOver)
  expect(tune).toMatchObject({ status: 'succeeded', over: 5 })
  expect(tune.trials.map(({ rung, epochs, state }) => [rung, epochs, state])).toEqual([
    ...Array.from({ length: 4 }, () => [0, 3, 'succeeded']),
    [1, 9, 'succeeded'],
  ])
  const best = tune.trials.find(({ rank }) => rank === 1)!
  expect(tune.winner).toMatchObject({ run: best.run, settings: { solver: { kind: 'sgd' } } })
  expect(tune.trials.every(({ validationLoss }) => validationLoss! >= best.validationLoss!)).toBe(true)

  const run = (await ask(`/api/runs/${best.run}`)).body.run
  expect(run.evaluation).toMatchObject({ split: 'validation', logLoss: best.validationLoss })
  expect((await ask('/api/runs')).body.runs).toEqual([])
  expect((await ask('/api/tunes')).body.tunes).toMatchObject([{ id: tune.id, status: 'succeeded' }])
  const events = await parts.worker.store.runs.events(best.run!)
  const extracted = events.flatMap((event) => (event.type === 'extracted' ? [event.pictures] : []))
  const { train, validation } = run.dataset.counts
  expect(Math.max(...extracted)).toBe(train + validation)

  const trained = await ask('/api/runs', postJson(tune.winner!.settings))
  expect(trained.body.run).toMatchObject({ state: { status: 'queued' } })
})

test('a trial whose loss is no number is a row of the table, and the tune goes on', async () => {
  const { ask } = await serveWithPictures()
  const { body } = await ask(
    '/api/tunes',
    postJson({ run: { dataset: 'pictures', solver: sgd }, search: ['learningRate=0.1,1e300'] }),
  )
  const tune = await once(server!, body.tune.id, isOver)
  const byRate = new Map(tune.trials.map((trial) => [trial.settings['solver.learningRate'], trial]))
  expect(byRate.get(1e300)).toMatchObject({ state: 'failed', problem: { code: 'training/diverged' } })
  expect(byRate.get(0.1)).toMatchObject({ state: 'succeeded', rank: 1 })
  expect(tune).toMatchObject({ status: 'succeeded', planned: 2 })
})

test('a tune that is stopped keeps the best so far', async () => {
  const { ask } = await serveWithPictures()
  const { body } = await ask(
    '/api/tunes',
    postJson({ run: { dataset: 'pictures', solver: sgd }, search, trials: 50 }),
  )
  const { id } = body.tune
  await once(server!, id, ({ over }) => over > 0)
  await ask(`/api/tunes/${id}/stop`, { method: 'POST' })
  const tune = await once(server!, id, isOver)
  expect(tune).toMatchObject({ status: 'stopped', winner: { run: expect.any(String) } })
  expect(tune.trials.every(({ run }) => run !== undefined)).toBe(true)
  expect(await ask(`/api/tunes/${id}/stop`, { method: 'POST' })).toMatchObject({
    status: 409,
    body: { problem: { code: 'tunes/over' } },
  })
})

test('a tune whose server is killed goes on with the trial that comes next', async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'whippet-tunes-'))
  server = await startTestServer({ dataDir })
  await importPictures(server)
  await server.stop()
  server = undefined

  child = fork(fileURLToPath(new URL('../worker/testing/serve.ts', import.meta.url)), [dataDir], {
    execArgv: [],
    stdio: 'inherit',
  })
  await new Promise((resolve) => child!.once('message', resolve))
  const wanted = newTuneSchema.parse({ run: { dataset: 'pictures', solver: sgd }, search, trials: 3 })
  let { tune } = (await askOwner(dataDir, { type: 'tune', wanted }))!
  while (tune.over < 1) {
    const request = { type: 'tune-state', tune: tune.id, revision: tune.revision, waitMs: 4000 } as const
    tune = (await askOwner(dataDir, request))!.tune
  }
  const dead = new Promise((resolve) => child!.once('exit', resolve))
  child.kill('SIGKILL')
  await dead

  server = await startTestServer({ dataDir })
  const done = await once(server, tune.id, isOver)
  expect(done).toMatchObject({ status: 'succeeded', over: 3 })
  expect(done.trials[0]!.run).toBe(tune.trials[0]!.run)
  expect(new Set(done.trials.map(({ settings }) => JSON.stringify(settings))).size).toBe(3)
})

test('what can be seen to fail is refused before anything is trained', async () => {
  const { ask } = await serveWithPictures()
  const refused = async (wanted: object) =>
    ((await ask('/api/tunes', postJson(wanted))).body as Json).problem?.code
  const run = { dataset: 'pictures' }
  expect(await refused({ run: { dataset: 'nothing' } })).toBe('datasets/unknown')
  expect(await refused({ run, trials: 0 })).toBe('server/bad-request')
  expect(await refused({ run, search: ['speed=1..2'] })).toBe('settings/unknown-key')
  expect(await refused({ run: { ...run, trial: { tune: 'x', number: 1, rung: 0 } } })).toBe(
    'server/bad-request',
  )
  expect(await refused({ run: { ...run, strategy: 'partial-fine-tuning' }, search: ['groups=1,99'] })).toBe(
    'strategy/too-many-groups',
  )
  expect((await ask('/api/tunes')).body.tunes).toEqual([])
  expect(await ask('/api/tunes/nothing')).toMatchObject({ status: 404 })
})

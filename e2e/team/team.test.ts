import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Run } from '../../lib/run/run.ts'
import { describeUnless } from '../../scripts/describe-unless.ts'
import { drawShapes, type Running, startWhippet } from '../cli/whippet.ts'
import { noS3Server, type S3Server, startS3Server } from '../setup/s3.ts'

const postgres = inject('postgresUrl')
const reason = postgres === '' ? 'this machine has no Postgres' : noS3Server()

/**
 * A server and a worker as if on two machines: each with a data folder of its own, nothing between them but a Postgres and
 * an S3-compatible store.
 */
describeUnless(reason, 'two machines', {}, () => {
  let root: string
  let s3: S3Server
  let env: Record<string, string>
  const started: Running[] = []
  const here = () => join(root, 'here')
  const there = () => join(root, 'there')

  function start(dataDir: string, ...args: string[]): Running {
    const running = startWhippet(dataDir, args, env)
    started.push(running)
    return running
  }
  async function json<T>(...args: string[]): Promise<T> {
    const { status, stdout, stderr } = await start(here(), ...args, '--json').ended
    if (status !== 0) throw new Error(`whippet ${args.join(' ')} ended with ${status}:\n${stderr}`)
    return JSON.parse(stdout) as T
  }
  const train = (...more: string[]) =>
    json<{ run: string }>('train', '--dataset', 'shapes', ...more).then(({ run }) => run)
  async function ended(run: string): Promise<Run> {
    for (;;) {
      const answer = await fetch(`${url}/api/runs/${run}`)
      const found = ((await answer.json()) as { run: Run }).run
      if (['succeeded', 'failed', 'stopped'].includes(found.state.status)) return found
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  let url: string
  let worker: Running
  let [serverSays, workerSays] = ['', '']
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'whippet-team-'))
    for (const name of ['here', 'there']) mkdirSync(join(root, name))
    s3 = await startS3Server()
    s3.bucket('team')
    const database = `team_${process.pid}`
    const client = new pg.Client(postgres)
    await client.connect()
    await client.query(`create database ${database}`)
    await client.end()
    env = {
      ...s3.env,
      DATABASE_URL: postgres.replace('/postgres?', `/${database}?`),
      WHIPPET_BLOBS: 's3://team/whippet',
      WHIPPET_LOG: 'json',
    }
    // Of 600 some are alike; a part of an extraction has 256.
    await drawShapes(join(root, 'pictures'), 200)
    const server = start(here(), 'serve', '--port', '0', '--json')
    server.process.stderr!.on('data', (text: string) => {
      serverSays += text
    })
    url = await new Promise<string>((resolve, reject) => {
      server.process.stdout!.once('data', (line: string) => resolve(JSON.parse(line).url))
      server.ended.then(({ stderr }) => reject(new Error(`the server ended:\n${stderr}`)))
    })
    await json('import', join(root, 'pictures'), '--name', 'shapes')
    const { token } = await json<{ token: string }>('worker', 'token')
    env.WHIPPET_WORKER_TOKEN = token
    // As on a machine of its own: what is one machine has each device once.
    env.WHIPPET_MACHINE = 'there'
    worker = start(there(), 'worker', '--json')
    delete env.WHIPPET_MACHINE
    worker.process.stderr!.on('data', (text: string) => {
      workerSays += text
    })
    await new Promise<void>((resolve, reject) => {
      worker.process.stdout!.once('data', () => resolve())
      worker.ended.then(({ stderr }) => reject(new Error(`the worker ended:\n${stderr}`)))
    })
  })
  test('the server shows the worker’s devices beside its own', async () => {
    const { devices } = await (await fetch(`${url}/api/devices`)).json()
    expect(devices).toMatchObject([{ id: 'cpu' }, { id: 'cpu', machine: 'there' }])
    expect(devices[0]).not.toHaveProperty('machine')
  })

  afterAll(async () => {
    for (const { process: child } of started) child.kill('SIGKILL')
    await Promise.all(started.map(({ ended: end }) => end))
    await s3?.stop()
    if (root) rmSync(root, { recursive: true })
  })

  test('the extraction of one run spreads over both, whoever does the run', async () => {
    const run = await ended(await train())
    expect(run.state.status).toBe('succeeded')
    expect(`${serverSays}${workerSays}`).toMatch(/extracted \d+ pictures for another machine/)
    expect(run.extraction!.pictures).toBeGreaterThan(300)
  })

  test('two runs at once are done on both, and the server has the models of both', async () => {
    const before = workerSays.length
    const runs = await Promise.all([train('--set', 'seed=1'), train('--set', 'seed=2')])
    const states = await Promise.all(runs.map(ended))
    expect(states.map(({ state }) => state.status)).toEqual(['succeeded', 'succeeded'])
    const elsewhere = runs.filter((run) => workerSays.slice(before).includes(run))
    expect(elsewhere).toHaveLength(1)
    const picture = join(root, 'pictures', 'disc', 'disc-3.png')
    for (const run of runs) {
      const { images } = await json<{ images: { top: { label: string }[] }[] }>(
        'infer',
        '--run',
        run,
        picture,
      )
      expect(images[0]!.top[0]!.label).toBe('Disc')
    }
  })

  test('what a killed worker was at is done by the others', async () => {
    const taken = new Promise<string>((resolve) => {
      const heard = workerSays.length
      worker.process.stderr!.on('data', () => {
        const run = runs.find((id) => workerSays.slice(heard).includes(id))
        if (run) resolve(run)
      })
    })
    const runs: string[] = []
    const endless = ['--strategy', 'partial-fine-tuning', '--set', 'training.epochs=1', '--set', 'views=1']
    for (const seed of [3, 4]) runs.push(await train('--set', `seed=${seed}`, ...endless))
    const lost = await taken
    worker.process.kill('SIGKILL')
    const run = await ended(lost)
    expect([run.state.status, run.attempt]).toEqual(['succeeded', 2])
  })
})

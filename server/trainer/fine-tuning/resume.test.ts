import { mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewRunEvent } from '../../../lib/run/events.ts'
import { startTrainer } from '../../worker/supervisor.ts'
import { fromTrainerSchema, type Job, type ToTrainer, TRAINER_PROTOCOL } from '../job.ts'
import { readRunFolder, runFolder } from '../run-folder.ts'
import type { CheckpointHeader } from './checkpoint-file.ts'
import { latestHeader, openCheckpoints } from './checkpoints.ts'
import { keepModel } from './keep-model.ts'
import { type MadeUpPictures, madeUpPictures } from './testing/made-up-pictures.ts'

/** Attempts of a real trainer process, which is killed for real. */

const PAIRS = ['epochs=2', 'views=2', 'batchSize=1', 'optimizer=adam', 'dropout=0.2']
const ATTEMPTS_MS = 300_000
const inEpoch = ({ position: { batch } }: CheckpointHeader) => batch >= 2

let made: MadeUpPictures
beforeAll(async () => {
  made = await madeUpPictures(40)
  // After every batch.
  process.env.WHIPPET_CHECKPOINT_SECONDS = '0'
}, 60_000)
afterAll(() => {
  delete process.env.WHIPPET_CHECKPOINT_SECONDS
  made.remove()
})

test(
  'a trainer killed in the middle of an epoch: the next attempt has the same losses and the same model as an unbroken run',
  async () => {
    const whole = await attempt(job('whole'))
    const first = await attempt(job('killed'), inEpoch)
    const rest = await attempt(job('killed'))
    const resumed = rest.find((event) => event.type === 'resumed')
    expect(resumed).toMatchObject({ series: 'fine-tuning', epoch: 0 })
    expect(resumed!.batch).toBeGreaterThanOrEqual(2)
    expect(rest.at(-1)).toEqual({ type: 'succeeded' })
    expect(tunedPoints(whole).map(({ step }) => step)).toEqual([0, 1, 2])
    expect([...tunedPoints(first), ...tunedPoints(rest)]).toEqual(tunedPoints(whole))
    for (const file of ['head.safetensors', 'record.json'] as const)
      expect(contentOf('killed', file)).toEqual(contentOf('whole', file))
  },
  ATTEMPTS_MS,
)

test(
  'a last checkpoint of which a byte is wrong is told, and the one before it serves',
  async () => {
    await attempt(job('damaged'), inEpoch)
    const { latest } = await openCheckpoints(folder('damaged'))
    const file = join(folder('damaged'), `checkpoint.${latest!.number % 2}`)
    const bytes = readFileSync(file)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(file, bytes)
    const rest = await attempt(job('damaged'))
    const resumed = rest.find((event) => event.type === 'resumed')
    expect(resumed).toMatchObject({
      batch: latest!.position.batch - 1,
      damaged: { code: 'training/checkpoint-damaged' },
    })
    expect(rest.at(-1)).toEqual({ type: 'succeeded' })
  },
  ATTEMPTS_MS,
)

test(
  'a trainer that was killed leaves a model to keep: the best of its last checkpoint',
  async () => {
    await attempt(job('kept'), inEpoch)
    await expect(readRunFolder(made.dataDir, 'kept')).rejects.toMatchObject({ code: 'runs/no-model' })
    expect(await keepModel(made.dataDir, 'kept')).toBe(true)
    const { record, head } = await readRunFolder(made.dataDir, 'kept')
    expect(record).toMatchObject({ run: 'kept', classes: ['dark', 'light'], checkpoint: expect.any(Number) })
    expect(head).toMatchObject({ classes: 2, features: 1280 })
  },
  ATTEMPTS_MS,
)

const job = (run: string) => made.job(run, 'partial-fine-tuning', PAIRS)
const folder = (run: string) => runFolder(made.dataDir, run)

/** Runs an attempt in a trainer process to its end, or kills it once its newest checkpoint is such. @returns what it told. */
async function attempt(wanted: Job, killAt?: (newest: CheckpointHeader) => boolean): Promise<NewRunEvent[]> {
  mkdirSync(folder(wanted.run), { recursive: true })
  const child = startTrainer(wanted.devices, 'inherit')
  const watcher = watch(folder(wanted.run), async () => {
    const newest = await latestHeader(folder(wanted.run))
    if (newest && killAt?.(newest)) child.kill('SIGKILL')
  })
  const events: NewRunEvent[] = []
  try {
    await new Promise<void>((resolve) => {
      child.on('message', (raw) => {
        const message = fromTrainerSchema.parse(raw)
        if (message.type === 'event') events.push(message.event)
      })
      child.on('exit', () => resolve())
      child.send({ type: 'start', protocol: TRAINER_PROTOCOL, job: wanted } satisfies ToTrainer)
    })
  } finally {
    watcher.close()
  }
  return events
}

/** Points of fine-tuning, without how long the rest takes. */
function tunedPoints(events: readonly NewRunEvent[]) {
  return events.flatMap((event) => {
    if (event.type !== 'point' || event.series !== 'fine-tuning') return []
    const { etaSeconds: _, ...point } = event
    return [point]
  })
}

/** What a run left, without what names the run and its checkpoint. */
function contentOf(run: string, file: 'head.safetensors' | 'record.json'): string {
  const bytes = readFileSync(join(folder(run), file))
  if (file === 'head.safetensors') return bytes.toString('base64')
  return JSON.stringify({ ...JSON.parse(bytes.toString()), run: '', checkpoint: 0 })
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import { attemptOf } from '../../lib/run/testing/logs.ts'
import { describeUnless } from '../../scripts/describe-unless.ts'
import { tensorflowEngine } from '../engines/tensorflow/engine.ts'
import { vanished } from '../worker/vanished.ts'
import { type MadeUpPictures, madeUpPictures } from './fine-tuning/testing/made-up-pictures.ts'
import { fromTrainerSchema, type Job, TRAINER_PROTOCOL } from './job.ts'

/** Of private memory. A trainer has taken a quarter of it before it trains. */
const LIMIT = 2.5e9
const BATCH = 64

const limited = spawnSync('prlimit', ['--version']).status === 0
const tensorflow = await tensorflowEngine().probe()
const absent = tensorflow.available ? undefined : tensorflow.why
const reason = limited ? absent : 'this machine has no prlimit'

describeUnless(reason, 'a trainer that gets too little memory', {}, () => {
  let made: MadeUpPictures
  beforeAll(async () => {
    made = await madeUpPictures(110)
  }, 60_000)
  afterAll(() => made.remove())

  test('says so, with a batch that fits', async () => {
    const pairs = ['epochs=1', 'views=1', `batchSize=${BATCH}`, 'headFirst=false', 'augmentation=none']
    const events = await trainLimited(made.job('limited', 'full-fine-tuning', pairs))
    const planned = events.find((event) => event.type === 'plan')
    const { fittingBatch } = planned!.phases![0]!
    expect(planned!.warnings).toContainEqual(expect.objectContaining({ code: 'memory-over-device' }))
    expect(fittingBatch).toBeGreaterThan(0)
    expect(fittingBatch).toBeLessThan(BATCH)
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      problem: {
        code: expect.stringMatching(/^(training\/out-of-memory|trainer\/vanished)$/),
        says: expect.stringMatching(/memory/),
        advice: expect.stringContaining(`batchSize=${fittingBatch}`),
      },
    })
  }, 180_000)
})

/**
 * What is told of a trainer that may not have more memory than {@link LIMIT}. Most often it says itself that there is
 * none; where the allocation that fails is one of TensorFlow's own threads', the process aborts, and its supervisor says
 * it.
 */
async function trainLimited(job: Job): Promise<NewRunEvent[]> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child: ChildProcess = spawn('prlimit', [`--data=${LIMIT}`, process.execPath, main], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const events: NewRunEvent[] = []
  child.on('message', (raw) => {
    const message = fromTrainerSchema.parse(raw)
    if (message.type === 'event') events.push(message.event)
  })
  child.send({ type: 'start', protocol: TRAINER_PROTOCOL, job })
  const death = await new Promise<NodeJS.Signals | null>((resolve) =>
    child.on('exit', (_, by) => resolve(by)),
  )
  if (death) events.push({ type: 'failed', problem: vanished(runAfter(events), death) })
  return events
}

function runAfter(events: readonly NewRunEvent[]): Run {
  return attemptOf({ type: 'started', pid: 1 }, ...events).reduce<Run | undefined>(reduceRun, undefined)!
}

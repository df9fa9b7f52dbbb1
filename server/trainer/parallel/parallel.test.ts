import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewRunEvent } from '../../../lib/run/events.ts'
import { startTrainer } from '../../worker/supervisor.ts'
import { type ToTrainer, TRAINER_PROTOCOL } from '../job.ts'
import { type Attempts, openAttempts } from '../testing/attempts.ts'
import { startDeviceProcess } from './device-process/start.ts'
import { openDeviceGroup } from './device-processes.ts'

/** Twelve pictures in batches of five: the last one has two, so with four devices two of them have none. */
const SETTINGS = [
  'epochs=2',
  'views=2',
  'batchSize=5',
  'headFirst=false',
  'dropout=0.2',
  'mixup=0.3',
] as const

let attempts: Attempts
/** What a single device makes of it. */
let alone: readonly NewRunEvent[]
beforeAll(async () => {
  attempts = await openAttempts()
  alone = (await attempts.train('partial-fine-tuning', SETTINGS)).events
}, 180_000)
afterAll(() => attempts.close())

/** Device processes as they are started, for a test to end one. */
function recorded() {
  const started: ChildProcess[] = []
  return {
    started,
    startDevice: (...[device]: Parameters<typeof startDeviceProcess>) => {
      const child = startDeviceProcess(device)
      started.push(child)
      return child
    },
  }
}

const pointsOf = (events: readonly NewRunEvent[]) =>
  events.flatMap((event) => (event.type === 'point' ? [event] : []))
const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

function expectSame(got: readonly NewRunEvent[], want: readonly NewRunEvent[]) {
  const [points, wanted] = [pointsOf(got), pointsOf(want)]
  expect(points.map(({ step }) => step)).toEqual(wanted.map(({ step }) => step))
  for (const [i, { loss, validationLoss }] of wanted.entries()) {
    // What training starts from is only judged.
    if (loss !== undefined) expect(Math.abs(points[i]!.loss! / loss - 1)).toBeLessThan(1e-4)
    expect(Math.abs(points[i]!.validationLoss! / validationLoss! - 1)).toBeLessThan(1e-4)
  }
}

test('processes of two and of four devices have the losses of one, and end with it', async () => {
  expect(alone.at(-1)).toEqual({ type: 'succeeded' })
  for (const devices of [2, 4]) {
    const { started, startDevice } = recorded()
    const together = await attempts.train('partial-fine-tuning', SETTINGS, { devices, startDevice })
    expect(together.events.at(-1)).toEqual({ type: 'succeeded' })
    expectSame(together.events, alone)
    expect(started.map(hasEnded)).toEqual(Array.from({ length: devices - 1 }, () => true))
  }
})

test('a device that is killed ends the attempt by name, and the next goes on from the checkpoint on the one that is left', async () => {
  const { started, startDevice } = recorded()
  const first = await attempts.train('partial-fine-tuning', SETTINGS, {
    devices: 3,
    startDevice,
    onEvent: (event) => event.type === 'point' && started[1]!.kill('SIGKILL'),
  })
  expect(first.events.at(-1)).toMatchObject({
    type: 'interrupted',
    why: 'device-lost',
    device: 'cpu:2',
    problem: { code: 'training/device-lost', says: expect.stringContaining('cpu:2') },
  })
  expect(started.every(hasEnded)).toBe(true)
  const done = pointsOf(first.events).length
  const again = await attempts.train('partial-fine-tuning', SETTINGS, { run: first.run })
  expect(again.events.at(-1)).toEqual({ type: 'succeeded' })
  expect(done).toBe(1)
  expectSame(
    again.events,
    alone.filter((event) => event.type !== 'point' || event.step > done),
  )
})

test('devices of different kinds are refused before anything is trained', async () => {
  const job = attempts.job('partial-fine-tuning', SETTINGS, { devices: 2 })
  const devices = [job.devices[0]!, { ...job.devices[1]!, id: 'cuda:0', kind: 'cuda' as const }]
  const opened = openDeviceGroup({
    job: { ...job, devices },
    planned: { phases: [], skipped: [] },
    engine: 'tensorflow',
  })
  await expect(opened).rejects.toMatchObject({
    code: 'training/mixed-devices',
    says: expect.stringContaining('cuda:0'),
  })
})

test('a stop ends all devices and keeps the model', async () => {
  const stop = new AbortController()
  const { started, startDevice } = recorded()
  const { events } = await attempts.train('partial-fine-tuning', SETTINGS, {
    devices: 2,
    startDevice,
    stop: stop.signal,
    onEvent: (event) => event.type === 'point' && stop.abort(new Error('stopped by the test')),
  })
  expect(events.at(-1)).toEqual({ type: 'stopped', kept: true })
  expect(started.every(hasEnded)).toBe(true)
})

test('the head that a solver fitted first reaches every device, and so does what an earlier phase trained', async () => {
  const settings = ['epochs=1', 'views=1', 'batchSize=4', 'headFirst=true']
  const [one, two] = [
    await attempts.train('partial-fine-tuning', settings),
    await attempts.train('partial-fine-tuning', settings, { devices: 2 }),
  ]
  expect(pointsOf(one.events).map(({ series, step }) => `${series} ${step}`)).toContain('fine-tuning 0')
  expectSame(two.events.filter(isFineTuning), one.events.filter(isFineTuning))
  const stages = ['stages=0:1,conv_head:1,blocks.6:1', 'views=1', 'batchSize=4']
  const gradual = await attempts.train('gradual-unfreezing', stages)
  expectSame((await attempts.train('gradual-unfreezing', stages, { devices: 2 })).events, gradual.events)

  function isFineTuning(event: NewRunEvent) {
    return event.type === 'point' && event.series === 'fine-tuning'
  }
})

test('what a trainer on two devices tells the server is less than one picture', async () => {
  const job = attempts.job('partial-fine-tuning', SETTINGS, { devices: 2 })
  const trainer = startTrainer(job.devices, 'inherit')
  let bytes = 0
  let last: unknown
  trainer.on('message', (message: { event: NewRunEvent }) => {
    bytes += JSON.stringify(message).length
    last = message.event
  })
  trainer.send({ type: 'start', protocol: TRAINER_PROTOCOL, job } satisfies ToTrainer)
  await new Promise((resolve) => trainer.once('exit', resolve))
  expect(last).toEqual({ type: 'succeeded' })
  expect(bytes).toBeLessThan(224 * 224 * 3)
})

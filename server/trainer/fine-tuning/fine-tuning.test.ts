import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Head } from '../../../lib/backbone/head.ts'
import type { NewRunEvent } from '../../../lib/run/events.ts'
import type { StrategyName } from '../../../lib/strategy/strategies.ts'
import { loadBackboneWeights } from '../../weights/load.ts'
import { runAttempt } from '../attempt.ts'
import type { Job } from '../job.ts'
import { readRunFolder, runFolder } from '../run-folder.ts'
import { withTuned } from '../tuned-weights.ts'
import { BACKBONE, type MadeUpPictures, madeUpPictures } from './testing/made-up-pictures.ts'

let made: MadeUpPictures
let dataDir: string
beforeAll(async () => {
  made = await madeUpPictures(10)
  dataDir = made.dataDir
}, 60_000)
afterAll(() => made.remove())

test('partial fine-tuning changes what it says and nothing else, by a byte, and its best weights are the model', async () => {
  const { run, events } = await train('partial-fine-tuning', [
    'epochs=2',
    'views=2',
    'batchSize=4',
    'headFirst=false',
  ])
  expect(events.at(-1)).toEqual({ type: 'succeeded' })
  const { record } = await readRunFolder(dataDir, run)
  expect(record.tuned?.tensors).toEqual(['conv_head.weight', 'bn2.weight', 'bn2.bias'])
  const { weights } = await loadBackboneWeights(BACKBONE, { dataDir })
  const tuned = await withTuned(weights, runFolder(dataDir, run), record.tuned)
  const changed = weights
    .names()
    .filter((name) => hashOf(tuned.get(name).data) !== hashOf(weights.get(name).data))
  expect(changed.sort()).toEqual(['bn2.bias', 'bn2.weight', 'conv_head.weight'])
  expect(record.evaluation?.images).toBe(2)
  expect(record.calibration).toBeDefined()
})

test('full fine-tuning reads cached pixels, and batch statistics move with every batch', async () => {
  const pairs = ['epochs=1', 'views=1', 'batchSize=3', 'headFirst=false', 'batchNorm=batch']
  const { run, events } = await train('full-fine-tuning', pairs)
  expect(events.at(-1)).toEqual({ type: 'succeeded' })
  expect(events.find((event) => event.type === 'plan')).toMatchObject({ cut: 'image', frozenGroups: [] })
  const { record } = await readRunFolder(dataDir, run)
  const { weights } = await loadBackboneWeights(BACKBONE, { dataDir })
  const tuned = await withTuned(weights, runFolder(dataDir, run), record.tuned)
  const same = weights
    .names()
    .filter((name) => hashOf(tuned.get(name).data) === hashOf(weights.get(name).data))
  // A shift in front of a pointwise convolution and its batch's statistics comes out again: its gradient is zero.
  expect(same.filter((name) => !name.endsWith('.bn3.bias'))).toEqual([])
})

test('the log tells phases, engine and epochs in order', async () => {
  const { events } = await train('gradual-unfreezing', ['stages=0:2:0.1,1:1', 'views=1', 'batchSize=4'])
  const told = events.flatMap((event) => {
    if (event.type === 'training-phase') return [`${event.index + 1} of ${event.count}: ${event.name}`]
    if (event.type === 'point') return [`${event.series} ${event.step}`]
    return event.type === 'training-engine' ? ['engine'] : []
  })
  expect(told).toEqual(['engine', '1 of 2: head', 'head 1', 'head 2', '2 of 2: stage 2', 'stage 2 1'])
  const plan = events.find((event) => event.type === 'plan')
  expect(plan?.phases?.map(({ name, epochs }) => [name, epochs])).toEqual([
    ['head', 2],
    ['stage 2', 1],
  ])
})

test('a later stage whose prefix was trained before is extracted with the weights as they are then', async () => {
  const { events, run } = await train('gradual-unfreezing', [
    'stages=blocks.6:1,conv_head:1',
    'views=1',
    'batchSize=4',
  ])
  expect(events.at(-1)).toEqual({ type: 'succeeded' })
  expect(readdirSync(runFolder(dataDir, run))).toContain('prefix.safetensors')
})

test('a boundary beyond the cache’s budget: the frozen layers run in every epoch, and the plan says so', async () => {
  process.env.WHIPPET_CACHE_GB = '0.000001'
  try {
    const { events } = await train('partial-fine-tuning', ['epochs=1', 'batchSize=4', 'headFirst=false'])
    expect(events.find((event) => event.type === 'plan')?.warnings).toContainEqual(
      expect.objectContaining({ code: 'cache-over-budget' }),
    )
    expect(events.at(-1)).toEqual({ type: 'succeeded' })
  } finally {
    delete process.env.WHIPPET_CACHE_GB
  }
})

test('where no epoch is better than the solved head, the model is that of a head alone', async () => {
  const alone = await train('feature-extraction', [])
  const vain = await train('partial-fine-tuning', ['epochs=1', 'views=1', 'batchSize=4', 'learningRate=1'])
  const judged = vain.events.flatMap((event) =>
    event.type === 'point' && event.series === 'fine-tuning' ? [event.validationLoss!] : [],
  )
  expect(judged).toHaveLength(2)
  expect(judged[1]).toBeGreaterThan(judged[0]!)
  const [wanted, got] = await Promise.all([alone, vain].map(({ run }) => readRunFolder(dataDir, run)))
  expect(got!.record.tuned).toBeUndefined()
  expect(got!.record.calibration).toBeDefined()
  expect(largestDifference(got!.head, wanted!.head)).toBeLessThan(1e-2)
})

test('skipped weights start fresh and are part of the model', async () => {
  const { run } = await train('partial-fine-tuning', [
    'skip=bn2.*,conv_head',
    'epochs=1',
    'views=1',
    'batchNorm=batch',
  ])
  const { record } = await readRunFolder(dataDir, run)
  expect(record.tuned?.tensors).toEqual(
    expect.arrayContaining(['bn2.running_mean', 'bn2.running_var', 'conv_head.weight']),
  )
})

test('a head with a hidden layer is trained, kept and judged', async () => {
  const { run, events } = await train('partial-fine-tuning', [
    'groups=0',
    'hiddenUnits=8',
    'epochs=1',
    'views=1',
  ])
  expect(events.at(-1)).toEqual({ type: 'succeeded' })
  const { head, record } = await readRunFolder(dataDir, run)
  expect(head).toMatchObject({ classes: 2, features: 1280, hidden: { units: 8 } })
  expect(record.tuned).toBeUndefined()
})

test('a run that was stopped keeps its model, and its next attempt goes on at the next epoch', async () => {
  const wanted = ['epochs=3', 'views=1', 'batchSize=4', 'headFirst=false'] as const
  const stop = new AbortController()
  const first = await train('partial-fine-tuning', [...wanted], {
    stop: stop.signal,
    onEvent: (event) => event.type === 'point' && stop.abort(new Error('stopped by the test')),
  })
  expect(first.events.at(-1)).toEqual({ type: 'stopped', kept: true })
  const epochs = first.events.filter((event) => event.type === 'point').length
  expect(epochs).toBeLessThan(3)
  const again = await train('partial-fine-tuning', [...wanted], { run: first.run })
  expect(again.events.filter((event) => event.type === 'point').map((event) => event.step)).toEqual(
    [1, 2, 3].slice(epochs),
  )
  const whole = await train('partial-fine-tuning', [...wanted])
  expect(headOf(first.run)).toEqual(headOf(whole.run))
})

test.each([
  ['feature-extraction', []],
  ['partial-fine-tuning', ['epochs=1', 'views=1']],
  ['full-fine-tuning', ['epochs=1', 'views=1', 'batchNorm=batch']],
] as const)('two classes with one picture each end well: %s', async (strategy, pairs) => {
  const two = made.pictures.slice(0, 2).map((picture) => ({ ...picture, split: 'train' as const }))
  const { events, run } = await train(strategy, [...pairs], { pictures: two })
  expect(events.at(-1)).toEqual({ type: 'succeeded' })
  const { record } = await readRunFolder(dataDir, run)
  expect(record.tuned !== undefined).toBe(strategy !== 'feature-extraction')
  if (strategy === 'feature-extraction') return
  const codes = events.find((event) => event.type === 'plan')?.warnings?.map(({ code }) => code)
  expect(codes).toEqual(expect.arrayContaining(['few-pictures', 'no-validation']))
})

test.each(['1e6', '1e30'])(
  'a rate of %s makes the loss no number: the run ends with step, rate and advice',
  async (rate) => {
    const { events } = await train('partial-fine-tuning', [
      `learningRate=${rate}`,
      'epochs=6',
      'batchSize=2',
      'views=1',
      'schedule=constant',
    ])
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      problem: {
        code: 'training/diverged',
        says: expect.stringMatching(/step \d/),
        advice: expect.stringMatching(/learning rate of/),
      },
    })
  },
)

type Options = {
  run?: string
  stop?: AbortSignal
  pictures?: Job['pictures']
  onEvent?: (event: NewRunEvent) => void
}

let runs = 0
async function train(strategy: StrategyName, pairs: string[], options: Options = {}) {
  const { run = `run${runs++}`, stop = new AbortController().signal, onEvent } = options
  const events: NewRunEvent[] = []
  const own = options.pictures && { pictures: options.pictures }
  await runAttempt(made.job(run, strategy, pairs, own), {
    emit: (event) => {
      events.push(event)
      onEvent?.(event)
    },
    stop,
  })
  return { run, events }
}

function headOf(run: string): string {
  return hashOf(readFileSync(join(runFolder(dataDir, run), 'head.safetensors')))
}

/** Of two heads' weights, beside the largest of them. */
function largestDifference(one: Head, other: Head): number {
  const largest = Math.max(...other.weight.map(Math.abs))
  return Math.max(...one.weight.map((value, i) => Math.abs(value - other.weight[i]!))) / largest
}

function hashOf(data: Float32Array | Buffer): string {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
}

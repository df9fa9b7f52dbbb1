import { expect, test } from 'vitest'
import { branchSettings } from './branch.ts'
import { chartsOf } from './charts.ts'
import type { NewRunEvent, RunEvent } from './events.ts'
import { keptPoint, progressOf } from './progress.ts'
import { type Run, reduceRun } from './run.ts'
import { logOf, QUEUED } from './testing/logs.ts'

const fold = (log: readonly RunEvent[]): Run => log.reduce<Run | undefined>(reduceRun, undefined)!
const epoch = (step: number, validationLoss: number): NewRunEvent => ({
  type: 'point',
  series: 'fine-tuning',
  step,
  ...(step > 0 && { loss: 1 / step }),
  validationLoss,
  validationTop1: 0.5,
})
const first: NewRunEvent[] = [
  { type: 'started', pid: 1 },
  { type: 'phase', phase: 'training' },
  { type: 'point', series: 'l2=0.1', step: 1, loss: 2, validationLoss: 0.1, validationTop1: 0.9 },
  { type: 'training-phase', index: 1, count: 2, name: 'fine-tuning', epochs: 3 },
  epoch(0, 0.5),
  epoch(1, 0.4),
  epoch(2, 0.6),
]
const attempts = (...each: NewRunEvent[][]) =>
  fold(logOf(each.flatMap((events, i) => events.map((event) => ({ attempt: i + 1, event })))))
const steps = (run: Run) =>
  run.curves.find(({ series }) => series === 'fine-tuning')?.points.map(({ step }) => step)

test('an attempt that goes on from a checkpoint keeps the curves up to there', () => {
  const resumed = { type: 'resumed', series: 'fine-tuning', epoch: 1, batch: 7 } as const
  const run = attempts(first, [{ type: 'started', pid: 2 }, resumed, epoch(2, 0.3)])
  expect(run.curves.map(({ series }) => series)).toEqual(['l2=0.1', 'fine-tuning'])
  expect(steps(run)).toEqual([0, 1, 2])
  expect(run.earlier).toBeUndefined()
})

test('an attempt that died before it said where it goes on loses no curves; one that begins anew has only its own', () => {
  const died: NewRunEvent[] = [{ type: 'started', pid: 2 }]
  const resumed = { type: 'resumed', series: 'fine-tuning', epoch: 2, batch: 0 } as const
  expect(steps(attempts(first, died, [{ type: 'started', pid: 3 }, resumed]))).toEqual([0, 1, 2])
  expect(steps(attempts(first, died, [{ type: 'started', pid: 3 }, epoch(0, 0.5)]))).toEqual([0])
})

test('epochs that were added stay with the run over attempts', () => {
  const ended: NewRunEvent[] = [...first, { type: 'succeeded' }]
  const extension = { after: 3, epochs: 2 }
  const run = attempts(ended, [{ type: 'reopened', extension }], [{ type: 'started', pid: 2 }])
  expect(run).toMatchObject({ extensions: [extension], requestedStop: false, state: { status: 'preparing' } })
})

test('the model is the epoch with the least validation loss, or what it started from; the head’s own fit is no epoch', () => {
  expect(keptPoint(attempts(first))).toMatchObject({ series: 'fine-tuning', step: 1 })
  const worse = attempts([
    ...first.slice(0, 4),
    epoch(0, 0.2),
    epoch(1, 0.4),
    { type: 'phase', phase: 'evaluating' },
  ])
  expect(keptPoint(worse)).toMatchObject({ step: 0 })
})

test('charts begin at 0 with what was judged before the first epoch', () => {
  const [loss, accuracy] = chartsOf(attempts(first))
  expect(loss).toMatchObject({ xs: [0, 1, 2], marks: [{ x: 0, name: 'fine-tuning' }] })
  expect(loss!.lines[0]!.values).toEqual([null, 1, 0.5])
  expect(accuracy!.lines.find(({ name }) => name === 'validation')!.values).toEqual([0.5, 0.5, 0.5])
})

test('progress tells the batch of the epoch that runs, and counts it', () => {
  const step = { series: 'fine-tuning', epoch: 3, batch: 50, batches: 100, loss: 1, learningRate: 0.1 }
  const run = attempts([...first, { type: 'step', ...step, imagesPerSecond: 30, etaSeconds: 20 }])
  const { phases, etaSeconds, imagesPerSecond } = progressOf(run)
  expect(phases[1]).toMatchObject({ words: 'fine-tuning (2 of 2), epoch 3 of 3, batch 50 of 100' })
  expect(phases[1]!.share).toBeCloseTo(2.5 / 3, 9)
  expect([etaSeconds, imagesPerSecond]).toEqual([20, 30])
})

test('a branch has its parent’s settings where nothing else is said; another strategy has its own options', () => {
  const parent = {
    id: 'parent',
    settings: {
      ...QUEUED.settings,
      strategy: 'partial-fine-tuning' as const,
      recipe: 'balanced',
      freeze: { groups: 2 },
      seed: 4,
      from: { run: 'its parent', checkpoint: 'last' as const },
    },
  }
  const from = { run: 'parent', checkpoint: 'best' }
  const same = branchSettings(parent, { seed: 5 })
  expect(same).toMatchObject({ strategy: 'partial-fine-tuning', freeze: { groups: 2 }, seed: 5, from })
  expect(same.recipe).toBeUndefined()
  const deeper = branchSettings(parent, {
    strategy: 'full-fine-tuning',
    dataset: 'dogs@2',
    checkpoint: 'last',
  })
  expect(deeper).toMatchObject({ dataset: 'dogs@2', seed: 4, from: { ...from, checkpoint: 'last' } })
  expect(deeper.freeze).toBeUndefined()
})

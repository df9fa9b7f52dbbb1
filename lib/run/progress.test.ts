import { describe, expect, test } from 'vitest'
import { chartsOf } from './charts.ts'
import type { NewRunEvent } from './events.ts'
import { bestPoint, elapsedSeconds, leadingCurve, progressOf, statusWords } from './progress.ts'
import { type Run, reduceRun } from './run.ts'
import { attemptOf, QUEUED } from './testing/logs.ts'

const runOf = (...events: NewRunEvent[]) =>
  attemptOf(...events).reduce<Run | undefined>(reduceRun, undefined)!
const started: NewRunEvent = { type: 'started', pid: 1 }
const extraction = (done: number): NewRunEvent => ({
  type: 'extraction',
  done,
  total: 12,
  fromCache: 0,
  imagesPerSecond: 100,
  etaSeconds: 3,
})
const extracted: NewRunEvent = {
  type: 'extracted',
  pictures: 12,
  fromCache: 0,
  seconds: 4,
  imagesPerSecond: 3,
}
const point = (series: string, step: number, loss: number, validationTop1?: number): NewRunEvent => ({
  type: 'point',
  series,
  step,
  loss,
  ...(validationTop1 !== undefined && { validationTop1, validationLoss: loss }),
})
const phases = (run: Run) => progressOf(run).phases.map(({ stands, words }) => `${stands}: ${words}`)

describe('where a run stands', () => {
  test('before it has begun everything is ahead', () => {
    const run = runOf()
    expect(phases(run)).toEqual(['ahead: extract', 'ahead: train', 'ahead: evaluate'])
    expect(statusWords(run)).toBe('waits for a device')
    expect(elapsedSeconds(run, Date.now())).toBeUndefined()
  })

  test('while it extracts it says how many of how many, and how long', () => {
    const { phases, etaSeconds, imagesPerSecond } = progressOf(runOf(started, extraction(6)))
    expect(phases[0]).toEqual({
      id: 'extracting',
      stands: 'now',
      words: 'extracting 6 of 12 pictures',
      share: 0.5,
    })
    expect([etaSeconds, imagesPerSecond]).toEqual([3, 100])
  })

  test('while it trains the extraction is done', () => {
    const run = runOf(started, extraction(12), extracted, point('l2=0.1', 3, 0.5))
    expect(phases(run)).toEqual(['done: extracted 12 in 4 s', 'now: l2=0.1, iteration 3', 'ahead: evaluate'])
  })

  test('a run that failed leaves out what it did not reach', () => {
    const run = runOf(started, extraction(12), extracted, {
      type: 'failed',
      problem: { code: 'a/b', says: 'It broke.' },
    })
    expect(phases(run)).toEqual(['done: extracted 12 in 4 s', 'left out: train', 'left out: evaluate'])
  })

  test('a run that is asked to stop says so until it has', () => {
    expect(statusWords(runOf(started, extraction(1), { type: 'stop-requested' }))).toBe('stops')
    const stopped = runOf(started, { type: 'stop-requested' }, { type: 'stopped', kept: true })
    expect(statusWords(stopped)).toBe('stopped, the best head so far is kept')
  })
})

describe('what counts of the curves', () => {
  const run = runOf(
    started,
    point('l2=0.1', 0, 0.9),
    point('l2=0.1', 1, 0.8, 0.7),
    point('l2=0.01', 0, 0.7),
    point('l2=0.01', 1, 0.6, 0.75),
    { type: 'l2-chosen', l2: 0.01, validationLoss: 0.6, tried: [] },
    point('refit', 0, 0.5),
  )

  test('the refit leads, and the best point is the best of all', () => {
    expect(leadingCurve(run)?.series).toBe('refit')
    expect(bestPoint(run)).toMatchObject({ series: 'l2=0.01', step: 1, validationTop1: 0.75 })
  })

  test('once more than the head is trained, its phase leads', () => {
    const tuned = runOf(
      point('l2=0.01', 1, 0.6, 0.75),
      { type: 'l2-chosen', l2: 0.01, validationLoss: 0.6, tried: [] },
      { type: 'training-phase', index: 1, count: 2, name: 'fine-tuning', epochs: 3 },
      point('fine-tuning', 1, 0.4, 0.8),
    )
    expect(leadingCurve(tuned)?.series).toBe('fine-tuning')
    expect(chartsOf(tuned).map(({ id, xs }) => [id, xs])).toEqual([
      ['loss', [1]],
      ['accuracy', [1]],
      ['l2', [0.01]],
    ])
  })

  test('an exact fit is drawn as one path, and its choice of L2 beside it', () => {
    const [loss, choice] = chartsOf(run)
    expect(loss).toMatchObject({
      xs: [1, 2, 3, 4, 5],
      marks: [
        { x: 1, name: 'l2=0.1' },
        { x: 3, name: 'l2=0.01' },
        { x: 5, name: 'refit' },
      ],
    })
    expect(loss!.lines.map(({ values }) => values)).toEqual([
      [0.9, 0.8, 0.7, 0.6, 0.5],
      [null, 0.8, null, 0.6, null],
    ])
    expect(choice).toMatchObject({ xs: [0.01, 0.1], chosen: 0.01 })
    expect(choice!.lines[0]!.values).toEqual([0.75, 0.7])
  })

  test('epochs are drawn as they come', () => {
    const solver = { kind: 'adam', learningRate: 1e-3, epochs: 2, batchSize: 64, l2: 0 } as const
    const queued = { ...QUEUED, settings: { ...QUEUED.settings, solver } }
    const events = attemptOf(started, point('adam', 1, 0.9, 0.5), point('adam', 2, 0.8, 0.6))
    const log = events.map((event) => (event.type === 'queued' ? { ...event, ...queued } : event))
    const charts = chartsOf(log.reduce<Run | undefined>(reduceRun, undefined)!)
    expect(charts.map(({ id, xs }) => [id, xs])).toEqual([
      ['loss', [1, 2]],
      ['accuracy', [1, 2]],
    ])
  })
})

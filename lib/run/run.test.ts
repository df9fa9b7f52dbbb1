import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RunEvent, runEventSchema } from './events.ts'
import { EventGap, isOver, type Run, reduceRun, runSchema } from './run.ts'
import { attemptIsOver } from './states.ts'
import { anyEvent, anyLog, attemptOf, logOf, QUEUED } from './testing/logs.ts'

const fold = (log: readonly RunEvent[]): Run => log.reduce<Run | undefined>(reduceRun, undefined)!

describe('a run told by its log', () => {
  test('goes through its phases to a result', () => {
    const log = attemptOf(
      { type: 'started', pid: 42 },
      { type: 'phase', phase: 'extracting' },
      { type: 'extraction', done: 3, total: 10, fromCache: 1, imagesPerSecond: 100, etaSeconds: 1 },
      { type: 'extracted', pictures: 10, fromCache: 1, seconds: 3, imagesPerSecond: 3 },
      { type: 'phase', phase: 'training' },
      { type: 'point', series: 'l2=0.1', step: 1, loss: 2 },
      { type: 'point', series: 'l2=0.01', step: 1, loss: 1.5, validationLoss: 1.7, validationTop1: 0.5 },
      { type: 'point', series: 'l2=0.01', step: 2, loss: 1.2, etaSeconds: 4 },
      { type: 'l2-chosen', l2: 0.01, validationLoss: 1.7, tried: [] },
      { type: 'head-fitted', l2: 0.01, seconds: 1 },
      { type: 'phase', phase: 'evaluating' },
      { type: 'extracted', pictures: 2, fromCache: 0, seconds: 1, imagesPerSecond: 2 },
      { type: 'succeeded' },
    )
    expect(log.map((_, i) => fold(log.slice(0, i + 1)).state.status)).toEqual([
      'queued',
      'preparing',
      'extracting',
      'extracting',
      'extracting',
      'training',
      'training',
      'training',
      'training',
      'training',
      'training',
      'evaluating',
      'evaluating',
      'succeeded',
    ])
    expect(fold(log.slice(0, 4)).state).toMatchObject({ progress: { done: 3, total: 10, etaSeconds: 1 } })
    expect(fold(log.slice(0, 9)).state).toEqual({
      status: 'training',
      latest: { series: 'l2=0.01', step: 2, loss: 1.2, etaSeconds: 4 },
    })
    const run = fold(log)
    expect(run).toMatchObject({
      id: QUEUED.run,
      seq: 14,
      attempt: 1,
      queuedAt: log[0]!.at,
      startedAt: log[1]!.at,
      headFittedAt: log[10]!.at,
      endedAt: log[13]!.at,
      requestedStop: false,
      extraction: { pictures: 12, fromCache: 1, seconds: 4, imagesPerSecond: 11 / 4 },
      l2: { l2: 0.01 },
    })
    expect(run.curves).toEqual([
      { series: 'l2=0.1', points: [{ step: 1, loss: 2 }] },
      {
        series: 'l2=0.01',
        points: [
          { step: 1, loss: 1.5, validationLoss: 1.7, validationTop1: 0.5 },
          { step: 2, loss: 1.2 },
        ],
      },
    ])
  })

  test('extraction for the evaluation does not take the run back to extracting', () => {
    const progress = { done: 1, total: 2, fromCache: 0, imagesPerSecond: 1 }
    const run = fold(
      attemptOf(
        { type: 'started', pid: 1 },
        { type: 'phase', phase: 'evaluating' },
        { type: 'extraction', ...progress },
      ),
    )
    expect(run.state).toEqual({ status: 'evaluating', progress })
  })

  test('a new attempt begins again, and keeps settings and a stop that was asked for', () => {
    const crashed = logOf([
      { attempt: 1, event: { type: 'started', pid: 1 } },
      { attempt: 1, event: { type: 'point', series: 'sgd', step: 1, loss: 2 } },
      { attempt: 1, event: { type: 'stop-requested' } },
      { attempt: 2, event: { type: 'started', pid: 2 } },
    ])
    expect(fold(crashed)).toMatchObject({
      attempt: 2,
      curves: [],
      requestedStop: true,
      state: { status: 'preparing' },
    })
  })

  test('resuming a stopped run forgets that it was to stop', () => {
    const resumed = logOf([
      { attempt: 1, event: { type: 'stop-requested' } },
      { attempt: 1, event: { type: 'stopped', kept: true } },
      { attempt: 2, event: { type: 'started', pid: 2 } },
    ])
    expect(fold(resumed)).toMatchObject({ requestedStop: false, state: { status: 'preparing' } })
    expect(fold(resumed)).not.toHaveProperty('endedAt')
  })

  test('a log that does not begin with "queued" is refused', () => {
    expect(() =>
      reduceRun(undefined, { type: 'succeeded', seq: 1, at: new Date(0).toISOString(), attempt: 0 }),
    ).toThrow(expect.objectContaining({ code: 'runs/damaged-log' }))
  })
})

describe('laws of reduceRun', () => {
  test('every log gives a run that its schema takes, and that comes back from JSON the same', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const run = fold(log)
        expect(runSchema.parse(JSON.parse(JSON.stringify(run)))).toEqual(run)
        expect(run.seq).toBe(log.length)
        expect(run.attempt).toBe(log.at(-1)!.attempt)
      }),
    )
  })

  test('a reader who gets events twice, late or not at all, and asks for what is missing, ends the same', () => {
    const delivery = anyLog.chain((log) =>
      fc.record({ log: fc.constant(log), heard: fc.array(fc.nat(log.length - 1), { maxLength: 80 }) }),
    )
    fc.assert(
      fc.property(delivery, ({ log, heard }) => {
        let run: Run | undefined
        for (const event of [...heard.map((i) => log[i]!), log.at(-1)!]) {
          if (event.seq <= (run?.seq ?? 0)) continue
          try {
            run = reduceRun(run, event)
          } catch (error) {
            if (!(error instanceof EventGap)) throw error
            for (const missing of log.slice(error.have, error.got)) run = reduceRun(run, missing)
          }
        }
        expect(run).toEqual(fold(log))
      }),
    )
  })

  test('only the next event is taken', () => {
    fc.assert(
      fc.property(anyLog, anyEvent, fc.integer({ min: -3, max: 5 }), (log, event, ahead) => {
        fc.pre(ahead !== 1)
        const run = fold(log)
        const next = { ...event, seq: run.seq + ahead, at: run.queuedAt, attempt: run.attempt }
        expect(() => reduceRun(run, next)).toThrow(EventGap)
      }),
    )
  })

  test('what an older attempt says is refused', () => {
    fc.assert(
      fc.property(anyLog, anyEvent, fc.nat(), (log, event, back) => {
        const run = fold(log)
        fc.pre(run.attempt > 0)
        const late = { ...event, seq: run.seq + 1, at: run.queuedAt, attempt: back % run.attempt }
        expect(() => reduceRun(run, late)).toThrow(expect.objectContaining({ code: 'runs/fenced' }))
      }),
    )
  })

  test('once over, nothing that the same attempt says changes more than seq', () => {
    fc.assert(
      fc.property(anyLog, anyEvent, (log, event) => {
        const run = fold(log)
        fc.pre(isOver(run.state))
        const late = { ...event, seq: run.seq + 1, at: run.queuedAt, attempt: run.attempt }
        expect(reduceRun(run, late)).toEqual({ ...run, seq: run.seq + 1 })
      }),
    )
  })

  test('folding changes neither the run nor the event it is given', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        let run: Run | undefined
        for (const event of log) run = frozen(reduceRun(run, frozen(event)))
      }),
    )
  })

  test('a point of every kind of run is one more on its curve', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const points = (run: Run) => run.curves.reduce((sum, { points }) => sum + points.length, 0)
        const before = fold(log)
        fc.pre(!attemptIsOver(before.state))
        const event = { type: 'point' as const, series: 'refit', step: 1, loss: 1 }
        const after = reduceRun(before, {
          ...event,
          seq: before.seq + 1,
          at: before.queuedAt,
          attempt: before.attempt,
        })
        expect(points(after)).toBe(points(before) + 1)
      }),
    )
  })
})

test('an event crosses a process unchanged', () => {
  fc.assert(
    fc.property(anyLog, (log) => {
      for (const event of log) expect(runEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event)
    }),
  )
})

test('an event with a field that is wrong, or of a sort nobody knows, is refused', () => {
  const [event] = attemptOf()
  expect(runEventSchema.safeParse({ ...event, seq: 0 }).success).toBe(false)
  expect(runEventSchema.safeParse({ ...event, type: 'exploded' }).success).toBe(false)
  expect(
    runEventSchema.safeParse({ ...event, settings: { ...QUEUED.settings, strategy: 'x' } }).success,
  ).toBe(false)
})

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isOver, type Run, reduceRun } from './run.ts'
import { attemptIsOver, FIRST, mayMove, STATUSES, TRANSITIONS } from './states.ts'
import { anyLog, attemptOf } from './testing/logs.ts'

describe('the states of a run', () => {
  test('every state is reached from the first, and every one that goes on can end in each of the three ways', () => {
    const reached = new Set([FIRST])
    for (const status of reached) for (const next of TRANSITIONS[status]) reached.add(next)
    expect([...reached].sort()).toEqual([...STATUSES].sort())
    for (const status of STATUSES.filter((each) => !attemptIsOver({ status: each }))) {
      expect(TRANSITIONS[status]).toEqual(expect.arrayContaining(['stopped', 'failed', 'interrupted']))
    }
  })

  test('whatever is said, a log moves only along the transitions, or begins again with another attempt', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        let run: Run | undefined
        for (const event of log) {
          const before = run
          run = reduceRun(before, event)
          const [from, to] = [before?.state.status ?? FIRST, run.state.status]
          const begins = before !== undefined && event.attempt > before.attempt
          if (from !== to) expect(mayMove(begins ? FIRST : from, to) || (begins && to === FIRST)).toBe(true)
        }
      }),
    )
  })

  test('an end stays the end of its attempt: nobody succeeds after they were interrupted', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        let run: Run | undefined
        for (const event of log) {
          const before = run
          run = reduceRun(before, event)
          if (!before || event.attempt > before.attempt || !attemptIsOver(before.state)) continue
          expect(run.state).toBe(before.state)
        }
      }),
    )
  })

  test('an interrupted run is not over; it keeps what it did and says how far it was', () => {
    const log = attemptOf(
      { type: 'started', pid: 1 },
      { type: 'phase', phase: 'training' },
      { type: 'interrupted', why: 'vanished' },
      { type: 'point', series: 'sgd', step: 1, loss: 1 },
      { type: 'succeeded' },
    )
    const run = log.reduce<Run | undefined>(reduceRun, undefined)!
    expect(run).toMatchObject({
      seq: 6,
      curves: [],
      state: { status: 'interrupted', was: 'training', why: 'vanished' },
    })
    expect(isOver(run.state)).toBe(false)
    expect(run).not.toHaveProperty('endedAt')
  })
})

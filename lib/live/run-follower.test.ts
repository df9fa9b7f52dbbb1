import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../run/events.ts'
import { reduceRun } from '../run/reduce.ts'
import type { Run } from '../run/run.ts'
import { anyEvent, logOf } from '../run/testing/logs.ts'
import type { Stretch } from './protocol.ts'
import { RunFollower } from './run-follower.ts'
import { isChange } from './steps.ts'

const anyLog = fc
  .array(anyEvent, { minLength: 1, maxLength: 30 })
  .map((events) => logOf(events.map((event) => ({ attempt: 1, event }))))
const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      delivered: fc.constantFrom('full' as const, 'short' as const, 'lost' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const), short: fc.boolean() }) },
)

/** A server with a log, and a connection that loses messages and breaks. */
function connectionTo(log: readonly RunEvent[]) {
  let written = 1
  const waiting: ((short: boolean) => void)[] = []
  const stretch = (from: number, short: boolean): Stretch => {
    if (!short || from >= written) return { events: log.slice(from, written) }
    const run = log.slice(0, written).reduce<Run | undefined>(reduceRun, undefined)!
    return {
      skipped: { from: from + 1, to: written, changes: log.slice(from, written).filter(isChange), run },
    }
  }
  const problems: unknown[] = []
  const folded: number[] = []
  const follower: RunFollower = new RunFollower(reduceRun(undefined, log[0]!), {
    ask: (afterSeq) => new Promise((resolve) => waiting.push((short) => resolve(stretch(afterSeq, short)))),
    onChange: (run) => folded.push(run.seq),
    onProblem: (problem) => problems.push(problem),
  })
  return {
    follower,
    problems,
    folded,
    write(delivered: 'full' | 'short' | 'lost') {
      if (written < log.length) written++
      if (delivered !== 'lost') follower.received(stretch(written - 1, delivered === 'short'))
    },
    lose() {
      waiting.length = 0
      follower.disconnected()
      follower.connected()
    },
    async answer(short = false) {
      waiting.shift()?.(short)
      await settled()
    },
    get waits() {
      return waiting.length
    },
  }
}

/** Lets everything that is ready happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a run followed over a bad connection', () => {
  test('ends where the log ends, without a gap or a double', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, fc.array(anyStep, { maxLength: 60 }), async (log, steps) => {
        const connection = connectionTo(log)
        connection.follower.connected()
        for (const step of steps) {
          if (step.kind === 'write') connection.write(step.delivered)
          else if (step.kind === 'lose') connection.lose()
          else await connection.answer(step.short)
        }
        for (const _ of log) connection.write('lost')
        connection.lose()
        while (connection.waits > 0) await connection.answer()
        expect(connection.problems).toEqual([])
        expect(connection.follower.run).toEqual(log.reduce<Run | undefined>(reduceRun, undefined))
        expect(connection.folded).toEqual([...new Set(connection.folded)].sort((a, b) => a - b))
      }),
    )
  })

  test('asks once at a time', async () => {
    const log = logOf(Array.from({ length: 9 }, () => ({ attempt: 1, event: { type: 'stop-requested' } })))
    const connection = connectionTo(log)
    connection.follower.connected()
    for (let i = 0; i < 5; i++) connection.write(i > 1 ? 'full' : 'lost')
    expect(connection.waits).toBe(1)
  })

  test('passes on what the server refuses', async () => {
    const problems: unknown[] = []
    const follower = new RunFollower(reduceRun(undefined, logOf([])[0]!), {
      ask: () => Promise.reject(new Error('no such run')),
      onChange: () => {},
      onProblem: (problem) => problems.push(problem),
    })
    follower.connected()
    await settled()
    expect(problems).toEqual([new Error('no such run')])
  })
})

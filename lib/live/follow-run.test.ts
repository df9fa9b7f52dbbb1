import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../run/events.ts'
import { reduceRun } from '../run/reduce.ts'
import type { Run } from '../run/run.ts'
import { anyEvent, logOf } from '../run/testing/logs.ts'
import { follow } from './follow-run.ts'

const anyLog = fc
  .array(anyEvent, { minLength: 1, maxLength: 40 })
  .map((events) => logOf(events.map((event) => ({ attempt: 1, event }))))

const fold = (log: readonly RunEvent[]) => log.reduce<Run | undefined>(reduceRun, undefined)!

/** Batches as a bad connection delivers them: any slices, in any order, some twice. */
const anyDelivery = anyLog.chain((log) =>
  fc.record({
    log: fc.constant(log),
    slices: fc.array(fc.tuple(fc.nat(log.length), fc.nat(log.length)), { maxLength: 12 }),
  }),
)

describe('a page that follows a run', () => {
  test('ends where the log ends, whatever arrives in whatever order, when gaps are asked for again', () => {
    fc.assert(
      fc.property(anyDelivery, ({ log, slices }) => {
        let run = reduceRun(undefined, log[0]!)
        for (const [a, b] of slices) {
          const followed = follow(run, log.slice(Math.min(a, b), Math.max(a, b)))
          run = followed.missing ? follow(followed.run, log.slice(followed.run.seq)).run : followed.run
        }
        expect(follow(run, log.slice(run.seq)).run).toEqual(fold(log))
      }),
    )
  })

  test('says that something is missing only where it is', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(39), fc.nat(39), (log, have, from) => {
        const run = fold(log.slice(0, 1 + (have % log.length)))
        const events = log.slice(from)
        const gap = events.length > 0 && events[0]!.seq > run.seq + 1
        expect(follow(run, events).missing).toBe(gap)
      }),
    )
  })

  test('is the same object when nothing new arrives, so that nothing is drawn again', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const run = fold(log)
        expect(follow(run, log).run).toBe(run)
      }),
    )
  })
})

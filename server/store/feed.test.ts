import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../lib/run/events.ts'
import { openFeed } from './feed.ts'

const RUNS = ['a', 'b']
const anyStep = fc.record({
  what: fc.constantFrom('mine' as const, 'others' as const, 'notice' as const, 'answer' as const),
  run: fc.constantFrom(...RUNS),
  count: fc.integer({ min: 1, max: 5 }),
})
/** Lets everything that is ready happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A database that several processes append to, whose answers come when they are asked for. */
function shared() {
  const logs = new Map<string, RunEvent[]>(RUNS.map((run) => [run, []]))
  const waiting: (() => void)[] = []
  const heard: [string, number][] = []
  const feed = openFeed({
    read: ({ runId, seq }) =>
      new Promise((resolve) => waiting.push(() => resolve(logs.get(runId)!.slice(seq, seq + 3)))),
    onTrouble: (thrown) => {
      throw thrown
    },
  })
  feed.subscribeToAll((run, { seq }) => heard.push([run, seq]))
  const places = () => RUNS.map((runId) => ({ runId, seq: logs.get(runId)!.length }))
  const append = (run: string, count: number): RunEvent[] => {
    const log = logs.get(run)!
    const first = log.length + 1
    const added = Array.from(
      { length: count },
      (_, i): RunEvent => ({
        type: 'stop-requested',
        seq: first + i,
        at: '2026-01-01T00:00:00Z',
        attempt: 0,
      }),
    )
    log.push(...added)
    return added
  }
  const answer = async () => {
    waiting.shift()?.()
    await settled()
  }
  return { feed, logs, heard, places, append, answer, waiting }
}

describe('what is told of runs that several processes write', () => {
  test('is every event once, in order, whatever notices are lost, once the places are known again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
        const { feed, logs, heard, places, append, answer, waiting } = shared()
        feed.begin(places())
        for (const { what, run, count } of steps) {
          if (what === 'mine') feed.committed(run, append(run, count))
          else if (what === 'others') append(run, count)
          else if (what === 'notice') feed.reached(places().filter(({ runId }) => runId === run))
          else await answer()
        }
        feed.reached(places())
        while (waiting.length > 0) await answer()
        for (const run of RUNS) {
          const seqs = heard.flatMap(([of, seq]) => (of === run ? [seq] : []))
          expect(seqs).toEqual(logs.get(run)!.map(({ seq }) => seq))
        }
      }),
    )
  })

  test('begins after what was there before, and with what is written meanwhile', async () => {
    const { feed, heard, places, append, answer } = shared()
    append('a', 3)
    feed.committed('a', append('a', 1))
    append('b', 2)
    feed.begin(places())
    feed.committed('b', append('b', 1))
    await answer()
    expect(heard).toEqual([
      ['a', 4],
      ['b', 3],
    ])
  })

  test('goes on after a question that failed', async () => {
    let fails = true
    const troubles: unknown[] = []
    const heard: number[] = []
    const event = { type: 'stop-requested', seq: 1, at: '2026-01-01T00:00:00Z', attempt: 0 } as const
    const feed = openFeed({
      read: async () => (fails ? Promise.reject(new Error('away')) : [event]),
      onTrouble: (thrown) => troubles.push(thrown),
    })
    feed.subscribe('a', ({ seq }) => heard.push(seq))
    feed.begin([])
    feed.reached([{ runId: 'a', seq: 1 }])
    await settled()
    expect([troubles, heard]).toEqual([[new Error('away')], []])
    fails = false
    feed.reached([{ runId: 'a', seq: 1 }])
    await settled()
    expect(heard).toEqual([1])
  })
})

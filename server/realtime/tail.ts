import type { RunEvent } from '../../lib/run/events.ts'
import type { Store } from '../store/open.ts'

/** The last events of a run, kept while someone watches it. */
export type Tail = {
  /** Those after `seq`, in order and without gaps, at most a few hundred; from memory where they are still there. */
  after(seq: number): Promise<RunEvent[]>
  /** Whether there are any. */
  reaches(seq: number): boolean
}

const KEPT = 1000
const AT_ONCE = 500

/**
 * Tails of the runs that are watched: however many watch a run, its events are kept once, and a watcher that lags behind
 * costs a place in the log and no memory.
 */
export function tailsOf(store: Store) {
  type Kept = { tail: Tail; watchers: Set<() => void>; end: () => void }
  const tails = new Map<string, Kept>()

  function open(runId: string): Kept {
    const events: RunEvent[] = []
    let last = 0
    const watchers = new Set<() => void>()
    const end = store.runs.subscribe(runId, (event) => {
      events.push(event)
      if (events.length > KEPT) events.splice(0, events.length - KEPT)
      last = event.seq
      for (const tell of watchers) tell()
    })
    const tail: Tail = {
      reaches: (seq) => last > seq,
      async after(seq) {
        const first = events[0]
        if (!first || first.seq > seq + 1) return (await store.runs.events(runId, seq)).slice(0, AT_ONCE)
        return events.slice(seq + 1 - first.seq, seq + 1 - first.seq + AT_ONCE)
      },
    }
    return { tail, watchers, end }
  }

  return {
    /** Calls `tell` whenever there is more. Returns the tail, and what ends it. */
    watch(runId: string, tell: () => void): { tail: Tail; end: () => void } {
      const kept = tails.get(runId) ?? open(runId)
      tails.set(runId, kept)
      kept.watchers.add(tell)
      return {
        tail: kept.tail,
        end() {
          kept.watchers.delete(tell)
          if (kept.watchers.size > 0 || tails.get(runId) !== kept) return
          tails.delete(runId)
          kept.end()
        },
      }
    },
  }
}
export type Tails = ReturnType<typeof tailsOf>

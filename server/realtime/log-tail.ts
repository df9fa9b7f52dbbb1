import type { Stretch } from '../../lib/live/protocol.ts'
import type { RunEvent } from '../../lib/run/events.ts'
import type { Run } from '../../lib/run/run.ts'
import type { Store } from '../store/open.ts'

/** Events that are kept of each run that is watched. */
const KEPT = 1000
/** A client that is further behind than so many events gets the stretch in short. */
export const FAR_BEHIND = 250

export type LogTailSettings = {
  readonly runs: Pick<Store['runs'], 'events' | 'changes'>
  readonly find: (runId: string) => Promise<Run | undefined>
}

/**
 * The log of one run as watchers need it: the last events are in memory, once for all watchers, and however many ask for
 * the same older stretch, it is read once.
 */
export type LogTail = {
  /** The next event, as it was told. */
  add(event: RunEvent): void
  /** Whether there is anything after `seq`, as far as is known. */
  reaches(seq: number): boolean
  /** What comes after `seq`; no events where there is nothing. */
  after(seq: number): Promise<Stretch>
  /** The same where it is in memory and not far. */
  near(seq: number): RunEvent[] | undefined
}

export function logTail(runId: string, { runs, find }: LogTailSettings): LogTail {
  const kept: RunEvent[] = []
  let last = 0
  const reading = new Map<number, Promise<Stretch>>()

  function near(seq: number): RunEvent[] | undefined {
    const first = kept[0]?.seq ?? Number.POSITIVE_INFINITY
    return seq + 1 < first || last - seq > FAR_BEHIND ? undefined : kept.slice(seq + 1 - first)
  }

  async function read(seq: number): Promise<Stretch> {
    const events = await runs.events(runId, seq, FAR_BEHIND + 1)
    return events.length > FAR_BEHIND ? inShort(seq) : { events }
  }

  async function inShort(seq: number): Promise<Stretch> {
    const run = await find(runId)
    const to = run?.seq ?? seq
    const changes = await runs.changes(runId, { afterSeq: seq, toSeq: to }, FAR_BEHIND + 1)
    // Changes are what no client may miss: where there are many, one part comes after another.
    if (!run || to <= seq || changes.length > FAR_BEHIND) {
      return { events: await runs.events(runId, seq, FAR_BEHIND) }
    }
    return { skipped: { from: seq + 1, to, changes, run } }
  }

  return {
    near,
    reaches: (seq) => last > seq,
    add(event) {
      last = event.seq
      kept.push(event)
      if (kept.length > 2 * KEPT) kept.splice(0, kept.length - KEPT)
    },
    async after(seq) {
      const events = near(seq)
      if (events) return { events }
      const asked = reading.get(seq) ?? (last - seq > FAR_BEHIND && last > 0 ? inShort(seq) : read(seq))
      reading.set(seq, asked)
      return asked.finally(() => reading.delete(seq))
    },
  }
}

/** Where a client stands after a stretch. */
export function endOf(stretch: Stretch, before: number): number {
  return 'events' in stretch ? (stretch.events.at(-1)?.seq ?? before) : stretch.skipped.to
}

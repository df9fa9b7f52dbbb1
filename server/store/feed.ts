import type { RunEvent } from '../../lib/run/events.ts'

export type RunListener = (event: RunEvent) => void
export type LogListener = (runId: string, event: RunEvent) => void

/** The last event of a run. */
export type Place = { readonly runId: string; readonly seq: number }

/**
 * Tells listeners of every event of every run once, in order and without gaps, whichever process appended it: what this
 * one appended as it is committed, the rest as it is read after a notice.
 */
export type Feed = {
  subscribe(runId: string, listener: RunListener): () => void
  subscribeToAll(listener: LogListener): () => void
  /** This process has committed these, one after the other. */
  committed(runId: string, events: readonly RunEvent[]): void
  /** How far logs have come, as the database says. What is not told yet is read. */
  reached(places: readonly Place[]): void
  /** The same at the start of listening: it is not told, it was there before. */
  begin(places: readonly Place[]): void
}

export type FeedSettings = {
  /** Events after a place, in order; a part of them where they are many. */
  readonly read: (after: Place) => Promise<readonly RunEvent[]>
  /** Reading failed. The places are tried again when the database says again how far it has come. */
  readonly onTrouble: (thrown: unknown) => void
}

export function openFeed({ read, onTrouble }: FeedSettings): Feed {
  const listeners = new Map<string, Set<RunListener>>()
  const allListeners = new Set<LogListener>()
  /** Of each run, the last event that was told. */
  const told = new Map<string, number>()
  /** Whether what is not in `told` has not been there before. */
  let begun = false
  const behind = new Map<string, number>()
  let reading = false

  function tell(runId: string, events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.seq <= (told.get(runId) ?? 0)) continue
      told.set(runId, event.seq)
      for (const listener of listeners.get(runId) ?? []) heed(() => listener(event))
      for (const listener of allListeners) heed(() => listener(runId, event))
    }
  }

  function reached(places: readonly Place[]): void {
    for (const { runId, seq } of places) {
      if (seq > (told.get(runId) ?? 0)) behind.set(runId, Math.max(seq, behind.get(runId) ?? 0))
    }
    if (!reading) void catchUp()
  }

  /** One run at a time: meanwhile notices of the others gather, and many become one question. */
  async function catchUp(): Promise<void> {
    reading = true
    try {
      for (let runId = firstBehind(); runId !== undefined; runId = firstBehind()) {
        const seq = told.get(runId) ?? 0
        const events = seq < behind.get(runId)! ? await read({ runId, seq }) : []
        if (events.length === 0) behind.delete(runId)
        tell(runId, events)
      }
    } catch (thrown) {
      behind.clear()
      onTrouble(thrown)
    } finally {
      reading = false
    }
  }

  const firstBehind = () => behind.keys().next().value

  return {
    reached,
    committed(runId, events) {
      const [first] = events
      if (!first) return
      const before = told.get(runId) ?? (begun ? 0 : first.seq - 1)
      if (first.seq <= before + 1) tell(runId, events)
      // Another process has appended in between: its events come first.
      else reached([{ runId, seq: events.at(-1)!.seq }])
    },
    begin(places) {
      for (const { runId, seq } of places) if (!told.has(runId)) told.set(runId, seq)
      begun = true
      reached(places)
    },
    subscribe(runId, listener) {
      const heard = listeners.get(runId) ?? new Set()
      listeners.set(runId, heard.add(listener))
      return () => {
        heard.delete(listener)
        if (heard.size === 0 && listeners.get(runId) === heard) listeners.delete(runId)
      }
    },
    subscribeToAll(listener) {
      allListeners.add(listener)
      return () => void allListeners.delete(listener)
    },
  }
}

/** What a listener throws is its own trouble: the event is stored, and whoever appended it must hear so. */
function heed(tell: () => void): void {
  try {
    tell()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

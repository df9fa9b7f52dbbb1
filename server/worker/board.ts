import { isOver, type Run, reduceRun } from '../../lib/run/run.ts'
import type { Store } from '../store/open.ts'

/** The runs that are not over, folded as their events come: what is asked often needs no database. */
export type RunBoard = {
  /** As it stands, where it is not over. */
  find(id: string): Run | undefined
  /** The oldest first. */
  all(): Run[]
  /** A run that had ended and goes on. */
  add(run: Run): void
  close(): void
}

export async function openBoard(store: Store): Promise<RunBoard> {
  const runs = new Map<string, Run>()
  const unsubscribe = store.runs.subscribeToAll((id, event) => {
    const known = runs.get(id)
    // A run that had ended is added whole: its log begins before this event.
    if (!known && event.type !== 'queued') return
    const run = reduceRun(known, event)
    if (isOver(run.state)) runs.delete(id)
    else runs.set(id, run)
  })
  for (const { run } of await store.runs.unfinished()) if (!runs.has(run.id)) runs.set(run.id, run)
  return {
    find: (id) => runs.get(id),
    all: () => [...runs.values()],
    add: (run) => void runs.set(run.id, run),
    close: unsubscribe,
  }
}

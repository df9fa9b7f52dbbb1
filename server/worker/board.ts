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
  const reading = new Map<string, 'once' | 'again'>()
  const unsubscribe = store.runs.subscribeToAll((id, event) => {
    const known = runs.get(id)
    if (event.seq <= (known?.seq ?? 0)) return
    if (event.seq === (known?.seq ?? 0) + 1) put(reduceRun(known, event))
    // An attempt at a run that had ended: its log begins before this event.
    else if (reading.has(id)) reading.set(id, 'again')
    else void read(id)
  })

  function put(run: Run): void {
    if (run.seq < (runs.get(run.id)?.seq ?? 0)) return
    if (isOver(run.state)) runs.delete(run.id)
    else runs.set(run.id, run)
  }

  async function read(id: string): Promise<void> {
    do {
      reading.set(id, 'once')
      // Where the database can't tell, whoever asks for the run hears so; the next event is another try.
      const run = await store.runs.find(id).catch(() => undefined)
      if (run) put(run)
    } while (reading.get(id) === 'again')
    reading.delete(id)
  }

  await store.runs.listen()
  for (const { run } of await store.runs.unfinished()) put(run)
  return {
    find: (id) => runs.get(id),
    all: () => [...runs.values()],
    add: put,
    close: unsubscribe,
  }
}

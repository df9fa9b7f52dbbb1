import { Problem } from '../../lib/problem.ts'
import { type RunEvent, runEventSchema } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import type { runEvents } from './schema.ts'

/** @throws Problem `runs/damaged-log`. */
export function eventOf({ seq, at, attempt, type, body, runId }: typeof runEvents.$inferSelect): RunEvent {
  const event = runEventSchema.safeParse({ ...body, type, seq, at: at.toISOString(), attempt })
  if (event.success) return event.data
  throw new Problem('runs/damaged-log', {
    says: `Event ${seq} of run ${runId} can't be read: it is damaged, or another version of Whippet wrote it.`,
    cause: event.error,
  })
}

/** A run with the events after it folded in. @throws Problem `runs/damaged-log`. */
export function folded(id: string, before: Run | undefined, events: readonly RunEvent[]): Run {
  const run = events.reduce<Run | undefined>(reduceRun, before)
  if (run) return run
  throw new Problem('runs/damaged-log', { says: `The log of run ${id} is empty.` })
}

import type { NewRunEvent } from '../../lib/run/events.ts'

/** Writes events in order without making whoever says them wait. */
export type LogWriter = {
  write(event: NewRunEvent): void
  /** Once everything said so far is stored. @throws what the store threw. */
  flushed(): Promise<void>
}

/**
 * While one batch is being stored the next one gathers: a solver that says a hundred things a second costs a few
 * transactions. Progress that has been overtaken inside a batch is left out.
 *
 * @param onTrouble a batch could not be stored: nothing that is said from now on will be.
 */
export function logWriter(
  append: (events: NewRunEvent[]) => Promise<unknown>,
  onTrouble: () => void = () => undefined,
): LogWriter {
  let waiting: NewRunEvent[] = []
  let writing: Promise<void> | undefined
  let trouble: { thrown: unknown } | undefined

  async function drain(): Promise<void> {
    try {
      while (waiting.length > 0) {
        const batch = withoutOvertaken(waiting)
        waiting = []
        await append(batch)
      }
    } catch (thrown) {
      trouble = { thrown }
      onTrouble()
    } finally {
      writing = undefined
    }
  }

  return {
    write(event) {
      waiting.push(event)
      if (!trouble) writing ??= drain()
    },
    async flushed() {
      while (writing) await writing
      if (trouble) throw trouble.thrown
    },
  }
}

/** Of progress in a row only the last matters. */
function withoutOvertaken(events: readonly NewRunEvent[]): NewRunEvent[] {
  return events.filter(
    ({ type }, i) => !((type === 'extraction' || type === 'step') && events[i + 1]?.type === type),
  )
}

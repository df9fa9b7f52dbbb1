import type { RunEvent } from '../../lib/run/events.ts'

/** Tells those who wait that something has changed. */
export type Bell = {
  ring(): void
  /** Resolves at the next ring: listen first, then look, then wait, and nothing is missed. */
  listen(): Promise<void>
}

export function makeBell(): Bell {
  const waiting = new Set<() => void>()
  return {
    ring() {
      for (const tell of waiting) tell()
      waiting.clear()
    },
    listen: () => new Promise((resolve) => void waiting.add(resolve)),
  }
}

/** Whether an event changes anything in a table of trials; points and progress come by the hundred and do not. */
export function changesTable({ type }: RunEvent): boolean {
  return type !== 'point' && type !== 'extraction' && type !== 'download'
}

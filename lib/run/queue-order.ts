/** A run that waits; the queue goes by priority, the highest first, then by age. */
export type Waiting = { readonly run: string; readonly priority: number; readonly at: number }

export const MOVES = ['first', 'up', 'down', 'last'] as const
export type Move = (typeof MOVES)[number]

/** In the order in which they are done. */
export function inQueueOrder<W extends Waiting>(waiting: readonly W[]): W[] {
  return [...waiting].sort((a, b) => b.priority - a.priority || a.at - b.at)
}

/** The order after a run has moved; the same where it can't, or does not wait. */
export function movedInQueue(order: readonly string[], run: string, move: Move): string[] {
  const from = order.indexOf(run)
  if (from < 0) return [...order]
  const last = order.length - 1
  const to = { first: 0, up: Math.max(0, from - 1), down: Math.min(last, from + 1), last }[move]
  const rest = order.filter((other) => other !== run)
  return [...rest.slice(0, to), run, ...rest.slice(to)]
}

/**
 * Priorities that put what waits into this order: those that change. From the back, each is raised by just as much as puts
 * it before the one behind it, so that what comes into the queue later finds its place as before.
 */
export function prioritiesFor(order: readonly Waiting[]): Map<string, number> {
  const changed = new Map<string, number>()
  let behind: Waiting | undefined
  for (const one of [...order].reverse()) {
    const least = behind === undefined ? one.priority : behind.priority + (one.at < behind.at ? 0 : 1)
    const priority = Math.max(one.priority, least)
    if (priority !== one.priority) changed.set(one.run, priority)
    behind = { ...one, priority }
  }
  return changed
}

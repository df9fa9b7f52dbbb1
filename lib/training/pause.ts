import type { Pause } from './task.ts'

/** How long a fit may keep the event loop to itself. */
const TURN_MS = 50

/** A {@link Pause} that gives the event loop a turn every 50 ms, so that the message to stop can arrive. */
export function pauseFor(shouldStop: () => boolean): Pause {
  let began = performance.now()
  return async () => {
    if (performance.now() - began > TURN_MS) {
      await new Promise((resolve) => setTimeout(resolve))
      began = performance.now()
    }
    return shouldStop()
  }
}

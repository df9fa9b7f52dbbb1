import type { Status } from '../../lib/run/states.ts'

/** Fetching weights and reading a network are told once a second, a picture that is extracted too. */
const MINUTES = 10
/** One step of the exact solver on a large dataset, or one epoch of what does not tell of its steps. */
const TRAINING_MINUTES = 60

/** How long a trainer may be silent: `WHIPPET_STUCK_MINUTES` where it is given, else by what it does. */
export function patienceOf(minutes: string | undefined = process.env.WHIPPET_STUCK_MINUTES) {
  const given = Number(minutes)
  return (status: Status): number => {
    const most = given > 0 ? given : status === 'training' ? TRAINING_MINUTES : MINUTES
    return Math.min(most * 60_000, LONGEST_TIMER_MS)
  }
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

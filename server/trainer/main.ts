import { setPriority } from 'node:os'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { livesWithParent } from '../processes/child.ts'
import { runAttempt } from './attempt.ts'
import { type FromTrainer, toTrainerSchema } from './job.ts'
import { teamOver } from './team-calls.ts'

/** The trainer process: one attempt at one run, then it ends. It ends with its parent. */

// The machine's owner comes first: training takes what nothing else wants.
setPriority(5)

const stop = new AbortController()
let interrupted = false
/** The latest message is on its way once this settles; messages leave in order. */
let sent: Promise<void> = Promise.resolve()

livesWithParent()
process.on('message', (raw: unknown) => {
  const message = toTrainerSchema.parse(raw)
  if (message.type === 'team') return team.heard(message)
  if (message.type === 'interrupt') interrupted = true
  if (message.type !== 'start') return stop.abort()
  const { job } = message
  void runAttempt(job, { emit, stop: stop.signal, ...(job.team && { team }) })
    .then(() => sent)
    .then(() => process.exit(0))
})

const team = teamOver(say)

function emit(event: NewRunEvent): void {
  // How an interrupted attempt ended says nothing about the run, which goes on.
  if (interrupted && ['stopped', 'failed', 'interrupted'].includes(event.type)) return
  say({ type: 'event', event })
}

function say(message: FromTrainer): void {
  // A parent that is gone is no error of ours: the disconnect that follows ends this process.
  sent = new Promise((resolve) => {
    if (!process.send?.(message, undefined, undefined, () => resolve())) resolve()
  })
}

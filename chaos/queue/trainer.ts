import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { lockFile } from '../../server/owner/file-lock.ts'
import { livesWithParent } from '../../server/processes/child.ts'
import { toTrainerSchema } from '../../server/trainer/job.ts'

/**
 * A trainer that trains nothing: it speaks the trainers' protocol and holds each of its devices with a lock of the
 * operating system meanwhile, so that two who have one are found by whoever comes second, whatever the database says.
 */
const STEPS = 3
const LONGEST_STEP_MS = 80

livesWithParent()
process.on('message', (raw: unknown) => {
  const message = toTrainerSchema.parse(raw)
  if (message.type !== 'start') process.exit(0)
  void work(message.job)
})

async function work({ devices }: { devices: readonly { id: string }[] }): Promise<void> {
  const folder = process.env.CHAOS_LOCKS!
  const machine = process.env.WHIPPET_MACHINE!
  for (const { id } of devices) {
    const lock = lockFile(join(folder, `${machine}-${id.replace(':', '-')}.lock`))
    if (lock === 'taken')
      return end({ type: 'failed', problem: { code: 'chaos/held-twice', says: `${machine} ${id}` } })
  }
  for (const phase of ['preparing', 'extracting', 'training', 'evaluating'] as const) {
    await emit({ type: 'phase', phase })
    if (phase === 'training') for (let step = 1; step <= STEPS; step++) await point(step)
    await pause(Math.random() * LONGEST_STEP_MS)
  }
  await end({ type: 'succeeded' })
}

async function point(step: number): Promise<void> {
  await emit({ type: 'point', series: 'sgd', step, loss: 1 / step })
  await pause(Math.random() * LONGEST_STEP_MS)
}

async function end(event: NewRunEvent): Promise<void> {
  await emit(event)
  process.exit(0)
}

function emit(event: NewRunEvent): Promise<void> {
  return new Promise((resolve) => {
    process.send?.({ type: 'event', event }, undefined, undefined, () => resolve())
  })
}

import type { NewRunEvent } from '../../../lib/run/events.ts'
import type { StrategyName } from '../../../lib/strategy/strategies.ts'
import type { Device } from '../../devices/device.ts'
import { runAttempt } from '../attempt.ts'
import { madeUpPictures } from '../fine-tuning/testing/made-up-pictures.ts'
import type { Job } from '../job.ts'
import type { StartDeviceProcess } from '../parallel/device-process/start.ts'

export type AttemptOptions = {
  readonly run?: string
  readonly devices?: number
  readonly stop?: AbortSignal
  readonly onEvent?: (event: NewRunEvent) => void
  readonly startDevice?: StartDeviceProcess
}

/** A data folder with pictures, twelve of them to train on, and attempts at runs on them, on simulated devices. */
export type Attempts = {
  job(strategy: StrategyName, pairs: readonly string[], options?: AttemptOptions): Job
  train(
    strategy: StrategyName,
    pairs: readonly string[],
    options?: AttemptOptions,
  ): Promise<{ run: string; events: NewRunEvent[] }>
  close(): void
}

export async function openAttempts(): Promise<Attempts> {
  const made = await madeUpPictures(20)
  let runs = 0
  const jobOf: Attempts['job'] = (strategy, pairs, { run = `run${runs++}`, devices = 1 } = {}) =>
    made.job(run, strategy, pairs, { devices: Array.from({ length: devices }, (_, i) => processor(i)) })
  return {
    job: jobOf,
    close: () => made.remove(),
    async train(strategy, pairs, options = {}) {
      const { stop = new AbortController().signal, onEvent } = options
      const job = jobOf(strategy, pairs, options)
      const events: NewRunEvent[] = []
      const emit = (event: NewRunEvent) => {
        events.push(event)
        onEvent?.(event)
      }
      await runAttempt(job, { emit, stop }, options.startDevice)
      return { run: job.run, events }
    },
  }
}

function processor(index: number): Device {
  return { id: `cpu:${index}`, kind: 'cpu', index, threads: 1 }
}

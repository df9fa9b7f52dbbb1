import type { NewRunEvent } from '../lib/run/events.ts'
import type { Store } from '../server/store/open.ts'
import { madeUpVersion, settingsFor } from '../server/store/testing/made-up.ts'
import { logWriter } from '../server/worker/log-writer.ts'

export type SupervisorsSettings = {
  readonly runs: number
  /** Events a second of each run. */
  readonly rate: number
}

/** The last event of each run, by its id. */
export type Places = Record<string, number>

/** Runs whose supervisors write as real ones do, without anything being trained. */
export type Supervisors = {
  places(): Places
  /** @returns where the logs end. @throws what the store threw. */
  stop(): Promise<Places>
}

export async function startSupervisors(
  store: Store,
  { runs, rate }: SupervisorsSettings,
): Promise<Supervisors> {
  const version = await store.datasets.create(madeUpVersion('load'))
  const places: Places = {}
  const ends: (() => Promise<void>)[] = []
  for (let n = 0; n < runs; n++) {
    const { id, seq } = await store.runs.create(settingsFor(version), version, 'nobody')
    const attempt = await store.runs.beginAttempt(id)
    places[id] = seq
    const log = logWriter(async (events) => {
      const appended = await store.runs.append(id, attempt, events)
      places[id] = appended.at(-1)?.seq ?? places[id]!
    })
    log.write({ type: 'started', pid: process.pid })
    let told = 0
    // Each begins at another moment, as runs do.
    const stop = atRate(rate, n / runs, () => log.write(nextEvent(told++)))
    ends.push(async () => {
      stop()
      log.write({ type: 'stopped', kept: false })
      await log.flushed()
    })
  }
  return {
    places: () => ({ ...places }),
    async stop() {
      await Promise.all(ends.map((end) => end()))
      return places
    },
  }
}

/** A minute of extraction, then epochs; now and then a change of phase. */
function nextEvent(told: number): NewRunEvent {
  const [TOTAL, EVERY] = [300, 50]
  if (told % EVERY === 0) return { type: 'phase', phase: told < TOTAL ? 'extracting' : 'training' }
  if (told < TOTAL) {
    return {
      type: 'extraction',
      done: told,
      total: TOTAL,
      fromCache: 0,
      imagesPerSecond: 212.4,
      etaSeconds: 1,
    }
  }
  const step = told - TOTAL
  const judged = { validationLoss: 1.1 / step + 0.3, validationTop1: 1 - 1 / (step + 1) }
  return { type: 'point', series: 'adam', step, loss: 1 / step + 0.2, ...judged, etaSeconds: 40 }
}

/** Calls at a steady rate, `phase` of an interval after the full one; what a busy machine delays is made up for. */
function atRate(rate: number, phase: number, call: () => void): () => void {
  const everyMs = 1000 / rate
  let due = performance.now() + phase * everyMs
  let timer: NodeJS.Timeout
  const tick = () => {
    while (due <= performance.now()) {
      call()
      due += everyMs
    }
    timer = setTimeout(tick, due - performance.now())
  }
  timer = setTimeout(tick, phase * everyMs)
  return () => clearTimeout(timer)
}

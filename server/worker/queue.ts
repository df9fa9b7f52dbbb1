import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import { devicesFor } from '../devices/choose.ts'
import type { MachineDevice } from '../devices/device.ts'
import type { Log } from '../log/log.ts'
import type { Store } from '../store/open.ts'
import { keepModel } from '../trainer/fine-tuning/keep-model.ts'
import { type Supervised, superviseRun } from './supervisor.ts'

/** A run that was interrupted so often is not begun again: something about it ends the machine. */
const MOST_ATTEMPTS = 10

/** Runs that wait for the device, in the order in which they were queued. */
export type RunQueue = {
  add(run: Run): void
  /** Resolves once the log has it. False where the run neither waits nor runs. */
  stop(run: string): Promise<boolean>
  /**
   * Begins no more runs, until `resume`.
   *
   * @param interrupt what runs writes a checkpoint too, and waits in front.
   */
  pause(reason: ProblemSummary, how?: { interrupt?: boolean }): void
  resume(): void
  /** Why nothing is begun. */
  paused(): ProblemSummary | undefined
  /** The run that has a device. */
  holder(device: string): string | undefined
  /** Takes no more, and interrupts what runs. It goes on, like those that wait, when their data folder is served again. */
  close(): Promise<void>
}

export type QueueSettings = {
  readonly store: Store
  readonly dataDir: string
  readonly devices: () => Promise<readonly MachineDevice[]>
  /** Called with every run of the queue that has ended. */
  readonly onEnded?: (run: Run) => void
  readonly supervise?: typeof superviseRun
  readonly log?: Log | undefined
}

/** Does runs one at a time: the machine has one device. */
export function startQueue({
  store,
  dataDir,
  devices,
  onEnded,
  log,
  supervise = superviseRun,
}: QueueSettings): RunQueue {
  const waiting: Run[] = []
  let current: { run: string; devices: string[]; supervised: Promise<Supervised> } | undefined
  let working: Promise<void> | undefined
  let closed = false
  let reason: ProblemSummary | undefined

  async function work(): Promise<void> {
    while (!closed && !reason && waiting.length > 0) {
      const run = waiting.shift()!
      const ended = await attempt(run).catch((thrown: unknown) => failed(run, thrown))
      current = undefined
      if (ended && !isOver(ended.state)) waiting.unshift(ended)
      else if (ended && !closed) onEnded?.(ended)
    }
    working = undefined
  }

  function go(): void {
    if (!closed && !reason) working ??= work()
  }

  async function attempt(run: Run): Promise<Run | undefined> {
    if (run.requestedStop) return conclude(run, [{ type: 'stopped', kept: await keepModel(dataDir, run.id) }])
    if (run.attempt >= MOST_ATTEMPTS) return conclude(run, [{ type: 'failed', problem: givenUp(run) }])
    const given = devicesFor(run, await devices())
    const supervised = supervise(run, { store, dataDir, devices: given, log, holdBack })
    current = { run: run.id, devices: given.map(({ id }) => id), supervised }
    return (await supervised).ended
  }

  /** A full disk is no failure of a run: it waits in front until there is room, and goes on where it was. */
  function holdBack(problem: ProblemSummary): boolean {
    if (!isFullDisk(problem)) return false
    reason ??= problem
    log?.warn(problem.says, { code: problem.code })
    return true
  }

  /** What kept an attempt from being made, or its log from being written, is the run's own failure. */
  async function failed(run: Run, thrown: unknown): Promise<Run | undefined> {
    if (holdBack(Problem.from(thrown).summary())) return run
    return conclude(run, [{ type: 'failed', problem: Problem.from(thrown).summary() }]).catch(() => undefined)
  }

  async function conclude(run: Run, events: NewRunEvent[]): Promise<Run | undefined> {
    const attempt = await store.runs.beginAttempt(run.id)
    await store.runs.append(run.id, attempt, events)
    return store.runs.find(run.id)
  }

  return {
    add(run) {
      waiting.push(run)
      go()
    },
    async stop(id) {
      if (current?.run === id) {
        await (await current.supervised).stop()
        return true
      }
      const at = waiting.findIndex((run) => run.id === id)
      if (at < 0) return false
      const [run] = waiting.splice(at, 1)
      await conclude(run!, [
        { type: 'stop-requested' },
        { type: 'stopped', kept: await keepModel(dataDir, id) },
      ])
      return true
    },
    pause(why, { interrupt = false } = {}) {
      reason = why
      if (interrupt)
        void current?.supervised.then((supervised) => supervised.interrupt()).catch(() => undefined)
    },
    resume() {
      reason = undefined
      go()
    },
    paused: () => reason,
    holder: (device) => (current?.devices.includes(device) ? current.run : undefined),
    async close() {
      closed = true
      await current?.supervised.then((supervised) => supervised.interrupt()).catch(() => undefined)
      await working
    },
  }
}

/** Whatever it was that could not be written. */
function isFullDisk({ code }: ProblemSummary): boolean {
  return code.endsWith('/disk-full')
}

function givenUp({ attempt }: Run) {
  return {
    code: 'worker/given-up',
    says: `The run was interrupted ${attempt} times and is not begun again.`,
    advice:
      'Watch the memory of the machine, then train again with the same settings: what was extracted is kept.',
  }
}

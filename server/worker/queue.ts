import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import type { Interruption } from '../../lib/run/events.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import type { MachineDevice } from '../devices/device.ts'
import type { Log } from '../log/log.ts'
import { openSharedFiles } from '../objects/shared-files.ts'
import { GONE_MS, mostLostOf, settleAttempt, type Taken, takeNext, takeOver } from '../queue/attempts.ts'
import type { Jobs } from '../queue/jobs.ts'
import { announce, beat, leave, type Presence, present } from '../queue/presence.ts'
import type { Store } from '../store/open.ts'
import { keepModel } from '../trainer/fine-tuning/keep-model.ts'
import { patienceOf } from './patience.ts'
import { type Supervised, superviseRun } from './supervisor.ts'
import { helperOf } from './team/help.ts'

/** How often one that shares its queue with others looks for what they have put into it. */
const LOOK_MS = 1000

/** Does the runs of the queue on the devices of this machine, as many at once as there are devices for. */
export type RunQueue = {
  /** Something may have changed: looks whether a run can be begun. */
  wake(): void
  /** Stops a run that this process does; resolves once its log has it. False where it does not do it. */
  stop(run: string): Promise<boolean>
  /**
   * Begins no more runs in this process, until `resume`: the disk is full. (What people pause is in the database.)
   *
   * @param interrupt what runs writes a checkpoint too, and waits in front.
   */
  pause(reason: ProblemSummary, how?: { interrupt?: boolean }): void
  resume(): void
  /** Why nothing is begun, here or anywhere. */
  paused(): ProblemSummary | undefined
  /** The run that has a device of this machine. */
  holder(device: string): string | undefined
  /** Takes no more, and interrupts what runs. It goes on, like those that wait, when somebody serves their queue again. */
  close(): Promise<void>
}

export type QueueSettings = {
  readonly store: Store
  readonly jobs: Jobs
  readonly dataDir: string
  readonly devices: readonly MachineDevice[]
  readonly presence: Presence
  /** Why people paused it. */
  readonly paused: () => Promise<ProblemSummary | undefined>
  /** Whether other processes may use the same queue. */
  readonly shared: boolean
  /** Asked before each look for a run: it may pause the queue. */
  readonly beforeBegin?: (() => Promise<void>) | undefined
  /** Asked after it: whether this process may take a run at all. */
  readonly mayBegin?: (() => Promise<boolean>) | undefined
  /** Called with every run of the queue that has ended here. */
  readonly onEnded?: (run: Run) => void
  readonly supervise?: typeof superviseRun
  readonly log?: Log | undefined
  readonly goneMs?: number
}

/** Announces this process as a worker, takes over from those that are gone, and begins. */
export async function startQueue(settings: QueueSettings): Promise<RunQueue> {
  const {
    store,
    jobs,
    dataDir,
    devices,
    paused,
    log,
    onEnded,
    beforeBegin,
    mayBegin,
    supervise = superviseRun,
    goneMs = GONE_MS,
  } = settings
  const { runs } = store
  const { db } = store.database
  const running = new Map<string, { attempt: number; devices: string[]; supervised: Promise<Supervised> }>()
  const attempts = new Set<Promise<void>>()
  /** Attempts that are over, and that the database, being away or full, could not be told of. */
  const unsettled = new Map<string, number>()
  const keptModel = (run: string) => keepModel(dataDir, run)
  const files = await openSharedFiles(dataDir)
  /** Machines that share a queue and files may help each other. */
  const isTeam = settings.shared && files.place !== undefined
  const mostLost = mostLostOf()
  let presence = settings.presence
  let closed = false
  let looking: Promise<void> | undefined
  let again = false
  let reason: ProblemSummary | undefined
  let pausedByPeople: ProblemSummary | undefined

  function wake(): void {
    again = true
    looking ??= beginRuns().finally(() => {
      looking = undefined
    })
  }

  async function beginRuns(): Promise<void> {
    while (again && !closed) {
      again = false
      try {
        pausedByPeople = await paused()
        await settleLate()
        for (let taken = await next(); taken; taken = await next()) begin(taken)
      } catch (thrown) {
        // The database is away or full: the next beat tries again.
        log?.problem(Problem.from(thrown))
      }
    }
  }

  async function next(): Promise<Taken | undefined> {
    const busy = [...running.values()].reduce((sum, { devices: held }) => sum + held.length, 0)
    if (busy >= devices.length) return undefined
    await beforeBegin?.()
    if (closed || reason || (await mayBegin?.()) === false) return undefined
    return takeNext({ runs, jobs, worker: presence, devices, keptModel })
  }

  function begin(taken: Taken): void {
    const done = attempt(taken).finally(() => attempts.delete(done))
    attempts.add(done)
  }

  async function attempt({ run, attempt, devices: given }: Taken): Promise<void> {
    const supervised = supervise(run, {
      store,
      dataDir,
      devices: given,
      attempt,
      log,
      holdBack,
      onVanished: 'interrupt',
      files,
      ...(isTeam && { team: { extractions: store.extractions, worker: presence.id, alive } }),
      patienceMs: patienceOf(),
    })
    running.set(run.id, { attempt, devices: given.map(({ id }) => id), supervised })
    let ended: Run | undefined
    try {
      ended = await (await supervised).ended
    } catch (thrown) {
      ended = await failed(run, attempt, thrown)
    }
    running.delete(run.id)
    try {
      // What a full disk broke off counts as nobody's fault, however often.
      await settleAttempt({ runs, jobs, mostLost }, { run: run.id, attempt }, reason ? 'paused' : 'vanished')
    } catch (thrown) {
      // A later beat does it, or whoever reaps this process: the lease is still there.
      unsettled.set(run.id, attempt)
      log?.problem(Problem.from(thrown), { run: run.id, attempt })
    }
    if (ended && isOver(ended.state) && !closed) onEnded?.(ended)
    wake()
  }

  async function settleLate(): Promise<void> {
    for (const [run, attempt] of unsettled) {
      await settleAttempt({ runs, jobs, mostLost }, { run, attempt }, 'paused')
      unsettled.delete(run)
    }
  }

  /** A full disk is no failure of a run: it waits in front until there is room, and goes on where it was. */
  function holdBack(problem: ProblemSummary): boolean {
    if (!problem.code.endsWith('/disk-full')) return false
    reason ??= problem
    log?.warn(problem.says, { code: problem.code })
    return true
  }

  /** What kept an attempt from being made is the run's own failure; that its log is another's is none. */
  async function failed(run: Run, attempt: number, thrown: unknown): Promise<Run | undefined> {
    const problem = Problem.from(thrown)
    log?.problem(problem, { run: run.id, attempt })
    if (holdBack(problem.summary())) return undefined
    if (problem.code === 'runs/fenced' || problem.code.startsWith('store/')) return undefined
    await runs
      .append(run.id, attempt, [{ type: 'failed', problem: problem.summary() }])
      .catch(() => undefined)
    return runs.find(run.id)
  }

  async function interruptAll(why: Interruption): Promise<void> {
    const all = [...running.values()].map(async ({ supervised }) => (await supervised).interrupt(why))
    await Promise.allSettled(all)
  }

  /** Leaves the attempts to whoever has taken them over. */
  async function abandonAll(): Promise<void> {
    for (const { supervised } of running.values()) (await supervised.catch(() => undefined))?.abandon()
  }

  /** Which of these workers the others still hear of. */
  async function alive(workers: readonly string[]): Promise<string[]> {
    const there = new Set((await present(db, presence.home)).map(({ id }) => id))
    return workers.filter((id) => there.has(id))
  }

  let heard = Date.now()
  async function pulse(): Promise<void> {
    try {
      const known = await beat(db, presence.id)
      if (!known || Date.now() - heard > goneMs) await abandonAll()
      if (!known) {
        presence = { ...presence, id: `${settings.presence.id}.${Date.now()}` }
        await announce(db, presence)
      }
      heard = Date.now()
      await reap()
      await obeyStops()
    } catch (thrown) {
      if (Date.now() - heard > goneMs) await abandonAll()
      log?.problem(Problem.from(thrown))
    }
    wake()
  }

  async function reap(): Promise<void> {
    const lost = await takeOver({ runs, jobs, database: store.database }, presence, { mostLost, goneMs })
    for (const attempt of lost) log?.warn('its worker vanished', attempt)
  }

  /** Stops that were asked of another process. */
  async function obeyStops(): Promise<void> {
    for (const [id, { supervised }] of running) {
      const run = await runs.find(id)
      if (run?.requestedStop) await (await supervised).stop()
    }
  }

  await announce(db, presence)
  await reap()
  let pulsing = Promise.resolve()
  const pulses = setInterval(() => {
    pulsing = pulsing.then(pulse)
  }, goneMs / 3)
  const helper = isTeam
    ? helperOf({
        extractions: store.extractions,
        worker: () => presence.id,
        dataDir,
        devices,
        isIdle: () => running.size === 0 && !closed && !reason,
        log,
      })
    : undefined
  const look = () => {
    wake()
    helper?.look()
  }
  const looks = settings.shared ? setInterval(look, LOOK_MS) : undefined
  wake()

  return {
    wake,
    async stop(id) {
      const found = running.get(id)
      if (!found) return false
      await (await found.supervised).stop()
      return true
    },
    pause(why, { interrupt = false } = {}) {
      reason = why
      if (interrupt) void interruptAll('paused')
    },
    resume() {
      reason = undefined
      wake()
    },
    paused: () => reason ?? pausedByPeople,
    holder: (device) => [...running].find(([, held]) => held.devices.includes(device))?.[0],
    async close() {
      if (closed) return void (await Promise.all(attempts))
      closed = true
      clearInterval(pulses)
      clearInterval(looks)
      await Promise.all([pulsing, looking, helper?.close()])
      await interruptAll('closed')
      await Promise.all(attempts)
      await leave(db, presence.id).catch(() => undefined)
    },
  }
}

import type { QueueState } from '../../lib/api/queue.ts'
import type { DatasetVersion } from '../../lib/dataset/dataset.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { inQueueOrder, type Move, movedInQueue } from '../../lib/run/queue-order.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import { devicesWanted, type RunSettings } from '../../lib/run/settings.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/open.ts'
import type { Unfinished } from '../store/runs.ts'
import { type Jobs, openJobs } from './jobs.ts'
import { pause, pauses, resume } from './pauses.ts'
import { isHeld, present } from './presence.ts'

/** The runs of one home that wait: their order, and whether the queue stands still. */
export type HomeQueue = {
  readonly jobs: Jobs
  readonly home: string
  /** A new run at the end of its priority. */
  add(settings: RunSettings, dataset: DatasetVersion, priority?: number): Promise<Run>
  /** A run that has ended waits once more, at the end. */
  reopen(run: string, event: NewRunEvent): Promise<Run>
  state(): Promise<QueueState>
  /** @throws Problem `queue/not-waiting`. */
  move(run: string, to: Move): Promise<void>
  /** For everyone who serves it, and for the servers that come after. What runs goes on. */
  pause(reason: string): Promise<void>
  resume(): Promise<void>
  /** Why people paused it. */
  paused(): Promise<ProblemSummary | undefined>
  /**
   * Ends a run that nobody does, in one go with its place in the queue. False where a worker has it in hand: that one is
   * to end it.
   */
  withdraw(run: Run, kept: boolean): Promise<boolean>
  /** Gives each of these runs its place, where it has none: of a former version, or of a restored backup. */
  reconcile(unfinished: readonly Unfinished[], before: string): Promise<void>
  /** Hears when the order or the pause has changed here. Returns what ends it. */
  subscribe(listener: () => void): () => void
  close(): Promise<void>
}

export async function openHomeQueue({ runs, database }: Store, home: string): Promise<HomeQueue> {
  const { db } = database
  const jobs = await openJobs(database, home)
  const listeners = new Set<() => void>()
  const told = async (change: Promise<unknown>) => {
    await change
    for (const listener of listeners) listener()
  }
  const ordered = async (tx?: Transaction) => inQueueOrder(await jobs.waiting(tx))

  async function paused(): Promise<ProblemSummary | undefined> {
    const [first] = await pauses(db, home)
    return first && pausedBy(first.reason)
  }

  return {
    jobs,
    home,
    paused,
    add(settings, dataset, priority) {
      return runs.transact(async (within) => {
        const run = await within.create(settings, dataset, home)
        await jobs.add(within.tx, { run: run.id, devices: devicesWanted(settings), priority })
        return run
      })
    },
    reopen(id, event) {
      return runs.transact(async (within) => {
        const attempt = await within.beginAttempt(id, home)
        await within.append(id, attempt, [event])
        const run = (await within.find(id))!
        await jobs.add(within.tx, { run: id, devices: devicesWanted(run.settings) })
        return run
      })
    },
    async state() {
      const [waiting, reason, there] = [await ordered(), await paused(), await present(db, home)]
      const most = Math.max(0, ...there.map(({ devices }) => devices.length))
      return {
        ...(reason && { paused: reason }),
        waiting: waiting.map(({ run, priority, devices }) => ({
          run,
          priority,
          devices,
          ...(devices > most && most > 0 && { why: tooMany(devices, most) }),
        })),
      }
    },
    move(run, to) {
      const moving = runs.transact(async ({ tx }) => {
        const order = await ordered(tx)
        const byRun = new Map(order.map((job) => [job.run, job]))
        if (!byRun.has(run)) throw notWaiting(run)
        const wanted = movedInQueue([...byRun.keys()], run, to)
        await jobs.reorder(
          tx,
          wanted.map((id) => byRun.get(id)!),
        )
      })
      return told(moving)
    },
    pause: (reason) => told(pause(db, home, 'person', reason)),
    resume: () => told(resume(db, home, 'person')),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async withdraw(run, kept) {
      try {
        await runs.transact(async (within) => {
          const { tx } = within
          // The job before the run, as everyone does: a worker that has just claimed it has committed after this.
          await jobs.remove(tx, run.id)
          const attempt = await within.beginAttempt(run.id)
          if (await isHeld(tx, run.id)) throw HELD
          await within.append(run.id, attempt, [{ type: 'stop-requested' }, { type: 'stopped', kept }])
        })
        return true
      } catch (thrown) {
        if (thrown === HELD) return false
        throw thrown
      }
    },
    async reconcile(unfinished, before) {
      const mine = unfinished.filter(({ queue }) => queue === home || queue === before)
      for (const { run } of mine) {
        if (isOver(run.state)) continue
        await runs.transact(async ({ tx }) => {
          if (await jobs.has(tx, run.id)) return
          await jobs.add(tx, { run: run.id, devices: devicesWanted(run.settings) })
        })
      }
    },
    close: () => jobs.close(),
  }
}

const HELD = Symbol('a worker has it')

function tooMany(devices: number, most: number): string {
  return `It asks for ${devices} devices, and no machine that is there has more than ${most}.`
}

function pausedBy(reason: string): ProblemSummary {
  return new Problem('queue/paused', {
    says: `It was paused by hand${reason === '' ? '' : `: ${reason.replace(/\.$/, '')}`}.`,
    advice: 'Runs are begun again after "whippet queue resume".',
  }).summary()
}

function notWaiting(run: string): Problem {
  return new Problem('queue/not-waiting', {
    says: `Run ${run} does not wait in the queue.`,
    advice: 'See "whippet queue".',
  })
}

import { Problem } from '../../lib/problem.ts'
import type { Extension } from '../../lib/run/events.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import type { RunSettings } from '../../lib/run/settings.ts'
import { demandWhole } from '../backup/unfinished.ts'
import { devicesFor } from '../devices/choose.ts'
import { detectDevices } from '../devices/detect.ts'
import type { MachineDevice } from '../devices/device.ts'
import type { Log } from '../log/log.ts'
import { type Claim, claimDataFolder } from '../owner/claim.ts'
import { type Control, type ControlHandlers, serveControl } from '../owner/control.ts'
import { openStore, type Store } from '../store/open.ts'
import { keepModel } from '../trainer/fine-tuning/keep-model.ts'
import { answersOf } from './answers.ts'
import { openBoard, type RunBoard } from './board.ts'
import { folderId } from './folder-id.ts'
import { type RunQueue, startQueue } from './queue.ts'
import { type Supervised, superviseRun } from './supervisor.ts'

/** The process that owns a data folder and does its runs. */
export type Worker = {
  readonly store: Store
  readonly dataDir: string
  /** The runs that are not over. */
  readonly board: RunBoard
  /** Begins an attempt at a run that was created without a queue. */
  start(run: Run): Promise<Supervised>
  /** Queues a run; a server does it when its turn comes, now or after a restart. */
  enqueue(settings: RunSettings): Promise<Run>
  /**
   * Begins a run that has ended once more: where there is a queue it waits there, else `start` does it.
   *
   * @param extension more epochs of its last phase; without it, it goes on where it stood.
   */
  reopen(run: Run, extension?: Extension): Promise<Run>
  /** The devices of this machine. @throws Problem `devices/bad-setting`. */
  devices(): Promise<readonly MachineDevice[]>
  /** The id of the run of the queue that has a device. */
  holder(device: string): string | undefined
  /** Stops a run, wherever it stands. @throws Problem `runs/unknown`, `runs/not-running`. */
  stop(wanted: string): Promise<Run>
  /** Of the queue; without one nothing is begun anyway. */
  pause: RunQueue['pause']
  resume: RunQueue['resume']
  paused: RunQueue['paused']
  /** Takes no more runs from the queue and interrupts what runs; `close` waits for it. */
  drain(): Promise<void>
  close(): Promise<void>
}

export type WorkerSettings = {
  dataDir: string
  /** A Postgres server instead of the embedded database. */
  databaseUrl?: string | undefined
  /** Does the runs of the queue, those of a former server first, and tells how each ended. */
  queue?: { onEnded: (run: Run) => void } | undefined
  log?: Log | undefined
  /** What else other processes may ask for. */
  answers?: ((worker: Worker) => Partial<ControlHandlers>) | undefined
}

/**
 * Takes the data folder, opens its database, and answers other processes on its socket.
 *
 * @throws Problem `owner/taken`, `owner/folder`, `store/…`.
 */
export async function openWorker(settings: WorkerSettings): Promise<Worker> {
  const { dataDir, databaseUrl } = settings
  const claim = await claimDataFolder(dataDir)
  let store: Store | undefined
  let control: Control | undefined
  try {
    await demandWhole(dataDir)
    const home = await folderId(dataDir)
    store = await openStore(databaseUrl ? { databaseUrl } : { dataDir })
    const unfinished = await store.runs.unfinished()
    // A shared database has the runs of other machines' commands too.
    if (!databaseUrl)
      await endOrphans(
        store,
        unfinished.flatMap(({ run, queue }) => (queue ? [] : [run])),
      )
    const worker = await workerOn(store, { settings, home })
    control = await serveControl(dataDir, { ...answersOf(worker), ...settings.answers?.(worker) })
    for (const { run, queue } of unfinished) if (queue === home) worker.takeUp(run)
    const opened = { store, control }
    return {
      ...worker,
      async close() {
        await worker.end()
        await closeAll(opened.control, opened.store, claim)
      },
    }
  } catch (thrown) {
    await closeAll(control, store, claim)
    throw thrown
  }
}

type Opened = Worker & { takeUp(run: Run): void; end(): Promise<void> }

async function workerOn(
  store: Store,
  { settings, home }: { settings: WorkerSettings; home: string },
): Promise<Opened> {
  const { dataDir, queue: queued, log } = settings
  const running = new Map<string, Supervised>()
  const board = await openBoard(store)
  let detected: Promise<readonly MachineDevice[]> | undefined
  const devices = () => {
    detected ??= detectDevices()
    return detected
  }
  const queue: RunQueue | undefined =
    queued && startQueue({ store, dataDir, devices, onEnded: queued.onEnded, log })

  async function end(): Promise<void> {
    await queue?.close()
    await Promise.allSettled([...running.values()].map((run) => run.stop().then(() => run.ended)))
    board.close()
  }

  return {
    store,
    dataDir,
    board,
    end,
    close: end,
    drain: async () => queue?.close(),
    pause: (reason, how) => queue?.pause(reason, how),
    resume: () => queue?.resume(),
    paused: () => queue?.paused(),
    takeUp: (run) => queue?.add(run),
    devices,
    holder: (device) => queue?.holder(device),
    async start(run) {
      const supervised = await superviseRun(run, {
        store,
        dataDir,
        devices: devicesFor(run, await devices()),
        log,
      })
      running.set(run.id, supervised)
      const forget = () => void running.delete(run.id)
      supervised.ended.then(forget, forget)
      return supervised
    },
    async enqueue(runSettings) {
      const version = await store.datasets.find(runSettings.dataset)
      if (!version)
        throw new Problem('datasets/unknown', { says: `There is no dataset ${runSettings.dataset}.` })
      const run = await store.runs.create(runSettings, version, home)
      queue?.add(run)
      return run
    },
    async reopen({ id }, extension) {
      const event = { type: 'reopened', ...(extension && { extension }) } as const
      const run = await store.runs.reopen(id, event, queue && home)
      board.add(run)
      queue?.add(run)
      return run
    },
    async stop(wanted) {
      const run = board.find(wanted) ?? (await store.runs.find(wanted))
      if (!run) throw unknownRun(wanted)
      if (isOver(run.state)) throw notRunning(run)
      const supervised = running.get(run.id)
      if (supervised) await supervised.stop()
      else if (!(await queue?.stop(run.id))) await endInterrupted(store, run, dataDir)
      return run
    },
  }
}

/** Runs of commands that died in the middle, without a word: this is the only owner, so nobody does them now. */
async function endOrphans(store: Store, orphans: readonly Run[]): Promise<void> {
  for (const run of orphans) {
    const attempt = await store.runs.beginAttempt(run.id)
    const problem = {
      code: 'worker/vanished',
      says: 'The process that did this run ended in the middle of it.',
      advice: 'Train again with the same settings: what was extracted is kept.',
    }
    await store.runs.append(run.id, attempt, [{ type: 'failed', problem }])
  }
}

/** Stops a run that nobody does at the moment: it waits for its server. */
async function endInterrupted(store: Store, run: Run, dataDir: string): Promise<void> {
  const attempt = await store.runs.beginAttempt(run.id)
  const kept = await keepModel(dataDir, run.id)
  await store.runs.append(run.id, attempt, [{ type: 'stop-requested' }, { type: 'stopped', kept }])
}

export function unknownRun(wanted: string): Problem {
  return new Problem('runs/unknown', { says: `There is no run "${wanted}".`, advice: 'See "whippet runs".' })
}

export function notRunning(run: Run): Problem {
  return new Problem('runs/not-running', { says: `Run ${run.id} is not running: it ${run.state.status}.` })
}

async function closeAll(control: Control | undefined, store: Store | undefined, claim: Claim): Promise<void> {
  await control?.close()
  await store?.close()
  await claim.release()
}

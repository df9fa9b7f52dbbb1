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
import { type HomeQueue, openHomeQueue } from '../queue/home-queue.ts'
import { type TeamDevice, teamDevices } from '../queue/team-devices.ts'
import { openStore, type Store } from '../store/open.ts'
import type { Unfinished } from '../store/runs.ts'
import { keepModel } from '../trainer/fine-tuning/keep-model.ts'
import { workAlone } from './alone.ts'
import { answersOf } from './answers.ts'
import { openBoard, type RunBoard } from './board.ts'
import { folderId } from './folder-id.ts'
import { homeOf } from './home.ts'
import { presenceOf } from './presence-of.ts'
import { type QueueSettings, type RunQueue, startQueue } from './queue.ts'
import { notRunning, unknownRun } from './run-problems.ts'
import { type Supervised, superviseRun } from './supervisor.ts'
import { commandVanished } from './vanished.ts'

/** The process that owns a data folder and does its runs. */
export type Worker = {
  readonly store: Store
  readonly dataDir: string
  /** The runs that are not over. */
  readonly board: RunBoard
  /** Begins an attempt at a run that was created without a queue. */
  start(run: Run): Promise<Supervised>
  /** Queues a run; a server does it when its turn comes, now or after a restart. */
  enqueue(settings: RunSettings, how?: { priority?: number | undefined }): Promise<Run>
  /**
   * Begins a run that has ended once more: where there is a queue it waits there, else `start` does it.
   *
   * @param extension more epochs of its last phase; without it, it goes on where it stood.
   */
  reopen(run: Run, extension?: Extension): Promise<Run>
  /** The devices of this machine. @throws Problem `devices/bad-setting`. */
  devices(): Promise<readonly MachineDevice[]>
  /** The devices of every machine that does the same queue, this one among them; none where no other can. */
  team(): Promise<readonly TeamDevice[]>
  /** The id of the run of the queue that has a device of this machine. */
  holder(device: string): string | undefined
  /** Stops a run, wherever it stands. @throws Problem `runs/unknown`, `runs/not-running`. */
  stop(wanted: string): Promise<Run>
  /** Of the queue; without one nothing is begun anyway. */
  pause: RunQueue['pause']
  resume: RunQueue['resume']
  paused: RunQueue['paused']
  /** What waits, its order, and whether people paused it. */
  queue(): Promise<HomeQueue>
  /** Takes no more runs from the queue and interrupts what runs; `close` waits for it. */
  drain(): Promise<void>
  close(): Promise<void>
}

export type WorkerSettings = {
  dataDir: string
  /** A Postgres server instead of the embedded database. */
  databaseUrl?: string | undefined
  /** Does the runs of the queue, those of a former server first, and tells how each ended. */
  queue?: (Pick<QueueSettings, 'beforeBegin'> & { onEnded: (run: Run) => void }) | undefined
  log?: Log | undefined
  /** What else other processes may ask for. */
  answers?: ((worker: Worker) => Partial<ControlHandlers>) | undefined
}

/**
 * Takes the data folder, opens its database, and answers other processes on its socket.
 *
 * @throws Problem `owner/taken`, `owner/folder`, `store/…`, `devices/bad-setting`.
 */
export async function openWorker(settings: WorkerSettings): Promise<Worker> {
  const { dataDir, databaseUrl } = settings
  const claim = await claimDataFolder(dataDir)
  let store: Store | undefined
  let control: Control | undefined
  let worker: Opened | undefined
  try {
    await demandWhole(dataDir)
    const folder = await folderId(dataDir)
    store = await openStore(databaseUrl ? { databaseUrl } : { dataDir })
    const unfinished = await store.runs.unfinished()
    // A shared database has the runs of other machines' commands too.
    if (!databaseUrl)
      await endOrphans(
        store,
        unfinished.flatMap(({ run, queue }) => (queue ? [] : [run])),
      )
    const opened = await workerOn(store, { settings, folder })
    worker = opened
    if (settings.queue) await opened.serve(settings.queue, unfinished)
    control = await serveControl(dataDir, { ...answersOf(opened), ...settings.answers?.(opened) })
    const parts = { store, control }
    return {
      ...opened,
      async close() {
        await opened.end()
        await closeAll(parts.control, parts.store, claim)
      },
    }
  } catch (thrown) {
    await worker?.end()
    await closeAll(control, store, claim)
    throw thrown
  }
}

type Opened = Worker & {
  /** Begins to do the runs of the queue. */
  serve(queue: NonNullable<WorkerSettings['queue']>, unfinished: readonly Unfinished[]): Promise<void>
  end(): Promise<void>
}

async function workerOn(
  store: Store,
  { settings, folder }: { settings: WorkerSettings; folder: string },
): Promise<Opened> {
  const { dataDir, databaseUrl, log } = settings
  const running = new Map<string, Supervised>()
  const board = await openBoard(store)
  const devices = once(() => detectDevices())
  // Commands that queue nothing don't wait for it.
  const home = once(() => openHomeQueue(store, homeOf(folder)))
  // The embedded database is this process's own: nobody else holds a device.
  const alone = databaseUrl
    ? once(async () =>
        workAlone({ store, dataDir, folder, queue: await home(), devices: await devices(), log }),
      )
    : undefined
  let queue: RunQueue | undefined

  async function end(): Promise<void> {
    await queue?.close()
    await Promise.allSettled([...running.values()].map((run) => run.stop().then(() => run.ended)))
    if (alone?.begun()) await (await alone().catch(() => undefined))?.close()
    if (home.begun()) await (await home().catch(() => undefined))?.close()
    board.close()
  }

  return {
    store,
    dataDir,
    board,
    end,
    close: end,
    queue: home,
    async serve({ onEnded, beforeBegin }, unfinished) {
      const own = await home()
      await own.reconcile(unfinished, folder)
      const there = await devices()
      own.subscribe(() => queue?.wake())
      queue = await startQueue({
        store,
        jobs: own.jobs,
        dataDir,
        devices: there,
        presence: presenceOf({ home: own.home, owns: folder, devices: there }),
        shared: databaseUrl !== undefined,
        paused: () => own.paused(),
        onEnded,
        beforeBegin,
        log,
      })
    },
    drain: async () => queue?.close(),
    pause: (reason, how) => queue?.pause(reason, how),
    resume: () => queue?.resume(),
    paused: () => queue?.paused(),
    devices,
    team: async () => (databaseUrl ? teamDevices(store.database, homeOf(folder)) : []),
    holder: (device) => queue?.holder(device),
    async start(run) {
      const supervised = alone
        ? await (await alone()).start(run)
        : await superviseRun(run, { store, dataDir, devices: devicesFor(run, await devices()), log })
      running.set(run.id, supervised)
      const forget = () => void running.delete(run.id)
      supervised.ended.then(forget, forget)
      return supervised
    },
    async enqueue(runSettings, { priority } = {}) {
      const version = await store.datasets.find(runSettings.dataset)
      if (!version)
        throw new Problem('datasets/unknown', { says: `There is no dataset ${runSettings.dataset}.` })
      // Machines that share the queue may have more; here nobody else does it.
      if (!databaseUrl) devicesFor({ settings: runSettings }, await devices())
      const run = await (await home()).add(runSettings, version, priority)
      queue?.wake()
      return run
    },
    async reopen({ id }, extension) {
      const event = { type: 'reopened', ...(extension && { extension }) } as const
      const run = queue ? await (await home()).reopen(id, event) : await store.runs.reopen(id, event)
      board.add(run)
      queue?.wake()
      return run
    },
    async stop(wanted) {
      const run = board.find(wanted) ?? (await store.runs.find(wanted))
      if (!run) throw unknownRun(wanted)
      if (isOver(run.state)) throw notRunning(run)
      const supervised = running.get(run.id)
      if (supervised) await supervised.stop()
      else if (await queue?.stop(run.id)) return run
      else if (!(await (await home()).withdraw(run, await keepModel(dataDir, run.id)))) {
        // Its worker hears of it.
        await store.runs.transact(async (within) => {
          const attempt = await within.attemptOf(run.id)
          await within.append(run.id, attempt, [{ type: 'stop-requested' }])
        })
      }
      return run
    },
  }
}

/** Done at the first call. */
function once<T>(make: () => Promise<T>): (() => Promise<T>) & { begun(): boolean } {
  let made: Promise<T> | undefined
  const get = () => {
    made ??= make()
    return made
  }
  return Object.assign(get, { begun: () => made !== undefined })
}

/** Runs of commands that died in the middle, without a word: this is the only owner, so nobody does them now. */
async function endOrphans(store: Store, orphans: readonly Run[]): Promise<void> {
  for (const run of orphans) {
    const attempt = await store.runs.beginAttempt(run.id)
    await store.runs.append(run.id, attempt, [{ type: 'failed', problem: commandVanished(run.id) }])
  }
}

async function closeAll(control: Control | undefined, store: Store | undefined, claim: Claim): Promise<void> {
  await control?.close()
  await store?.close()
  await claim.release()
}

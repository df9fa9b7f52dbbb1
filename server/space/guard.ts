import { bytes } from '../../lib/figures.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { isCritical, isShort } from '../../lib/space/reserve.ts'
import type { Log } from '../log/log.ts'
import { freeFromCache, trimCache } from '../retention/trim-cache.ts'
import { featureCacheFolder } from '../trainer/split-features.ts'
import type { RunQueue } from '../worker/queue.ts'
import { type Disk, diskOf } from './disk.ts'
import { type Space, spaceOf } from './space.ts'

export type GuardSettings = {
  readonly dataDir: string
  readonly queue: Pick<RunQueue, 'pause' | 'resume' | 'paused'>
  readonly log: Log
  /** The queue was paused, or goes on. */
  readonly onChange: (paused: ProblemSummary | undefined) => void
  readonly everyMs?: number
  readonly disk?: (dataDir: string) => Promise<Disk>
}

/** Keeps a reserve free on the data folder's disk: without it no run is begun, and what runs is interrupted in time. */
export type SpaceGuard = {
  /** Looks now; resolves once it has acted on what it saw. */
  look(): Promise<void>
  /** Brings the feature cache into its budget. */
  trim(): Promise<void>
  close(): Promise<void>
}

const EVERY_MS = 2000

export function guardSpace(settings: GuardSettings): SpaceGuard {
  const { dataDir, queue, log, onChange, everyMs = EVERY_MS, disk = diskOf } = settings
  let short = false
  let told: string | undefined
  let working: Promise<void> = Promise.resolve()

  async function act(): Promise<void> {
    let room = await disk(dataDir)
    if (!short && isShort(false, room.freeBytes, room.reserveBytes)) {
      await makeRoom(room)
      room = await disk(dataDir)
    }
    const isNow = isShort(short, room.freeBytes, room.reserveBytes)
    const critical = isCritical(room.freeBytes, room.reserveBytes)
    // A run that met a full disk has paused the queue itself; it goes on when there is room.
    if (isNow) queue.pause(shortOf(room, dataDir), { interrupt: critical })
    else if (short || isOurs(queue.paused())) queue.resume()
    short = isNow
    const why = queue.paused()
    if (why?.code === told) return
    told = why?.code
    if (why) log.warn(why.says, { code: why.code })
    else log.info(`${bytes(room.freeBytes)} are free: runs go on.`)
    onChange(why)
  }

  /** The cache gives way before runs do. */
  async function makeRoom({ freeBytes, reserveBytes }: Disk): Promise<void> {
    tell(await freeFromCache(featureCacheFolder(dataDir), RELIEF * reserveBytes - freeBytes))
  }

  async function trim(): Promise<void> {
    const { cacheBytes, cacheBudgetBytes }: Space = await spaceOf(dataDir)
    if (cacheBytes > cacheBudgetBytes) tell(await trimCache(featureCacheFolder(dataDir), cacheBudgetBytes))
  }

  function tell({ segments, bytes: freed }: { segments: number; bytes: number }): void {
    if (segments === 0) return
    log.info(
      `${bytes(freed)} of the feature cache are removed: ${segments} segments that were not used lately.`,
    )
  }

  const inTurn = (work: () => Promise<void>) => {
    working = working.then(work).catch((thrown: unknown) => log.problem(Problem.from(thrown)))
    return working
  }
  const timer = setInterval(() => void inTurn(act), everyMs).unref()
  return {
    look: () => inTurn(act),
    trim: () => inTurn(trim),
    async close() {
      clearInterval(timer)
      await working
    },
  }
}

/** A little more than the queue waits for, so that it goes on. */
const RELIEF = 1.2

const isOurs = (paused: ProblemSummary | undefined) =>
  paused !== undefined && (paused.code === 'space/short' || paused.code.endsWith('/disk-full'))

function shortOf({ freeBytes, reserveBytes }: Disk, dataDir: string): ProblemSummary {
  return new Problem('space/short', {
    says: `No run is begun: the disk of ${dataDir} has ${bytes(freeBytes)} free, and ${bytes(reserveBytes)} are kept in reserve.`,
    advice: 'Make room on it, for example with "whippet cache trim"; runs go on by themselves.',
  }).summary()
}

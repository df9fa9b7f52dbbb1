import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../lib/problem.ts'
import type { Log } from '../log/log.ts'
import type { Store } from '../store/open.ts'

export type PeriodicSettings = {
  readonly store: Pick<Store, 'dump'>
  readonly dataDir: string
  readonly log: Log
  /** Minutes between two dumps; 0 makes none. `WHIPPET_DUMP_MINUTES`. */
  readonly everyMinutes?: number
  /** How many are kept. `WHIPPET_DUMPS_KEPT`. */
  readonly keep?: number
}

/** Dumps of the embedded database, one after the other: it does not sync its files, so a power cut may damage it. */
export type PeriodicDumps = {
  /** Makes one now, unless nothing has changed since the last one. Resolves with its file. */
  dump(): Promise<string | undefined>
  close(): Promise<void>
}

const EVERY_MINUTES = 60
const LOOK_EVERY_MS = 60_000
const KEPT = 24
const NAME = /^database-[\w-]+\.jsonl\.gz$/

/** Where the dumps of a data folder are. */
export function dumpsFolder(dataDir: string): string {
  return join(dataDir, 'backups')
}

export function keepDumps(settings: PeriodicSettings): PeriodicDumps {
  const { store, dataDir, log } = settings
  const everyMinutes = settings.everyMinutes ?? numberIn(process.env.WHIPPET_DUMP_MINUTES, EVERY_MINUTES)
  const keep = Math.max(1, settings.keep ?? numberIn(process.env.WHIPPET_DUMPS_KEPT, KEPT))
  const folder = dumpsFolder(dataDir)
  let last: { sha256: string; file: string } | undefined
  let working: Promise<string | undefined> = Promise.resolve(undefined)

  async function make(): Promise<string | undefined> {
    await mkdir(folder, { recursive: true })
    const file = join(folder, `database-${new Date().toISOString().replace(/[:.]/g, '-')}.jsonl.gz`)
    const { sha256 } = await store.dump(file)
    if (last?.sha256 === sha256) {
      await rm(file)
      return undefined
    }
    last = { sha256, file }
    // Names order them by time.
    const all = (await readdir(folder)).filter((name) => NAME.test(name)).sort()
    for (const old of all.slice(0, -keep)) await rm(join(folder, old), { force: true })
    return file
  }

  /** Whether the last one, of an earlier server too, is older than the time between two. */
  async function isDue(): Promise<boolean> {
    const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name)).sort()
    const newest = names.at(-1) && (await stat(join(folder, names.at(-1)!)).catch(() => undefined))
    return !newest || Date.now() - newest.mtimeMs >= everyMinutes * 60_000
  }

  const dump = () => {
    working = working.catch(() => undefined).then(make)
    return working
  }
  const dumpWhenDue = async () => {
    if (await isDue()) await dump()
  }
  const look = () =>
    void dumpWhenDue().catch((thrown: unknown) => log.problem(Problem.from(thrown), { part: 'dumps' }))
  const timer = everyMinutes > 0 ? setInterval(look, LOOK_EVERY_MS).unref() : undefined
  if (timer) look()
  return {
    dump,
    async close() {
      clearInterval(timer)
      await working.catch(() => undefined)
    },
  }
}

function numberIn(text: string | undefined, otherwise: number): number {
  const value = Number(text)
  return text !== undefined && text.trim() !== '' && value >= 0 ? value : otherwise
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type PostgresServer, startPostgres } from '../e2e/setup/postgres.ts'
import { type ServerProcess, startServerProcess } from '../e2e/setup/server-process.ts'
import { type Crowd, openCrowd } from './crowd.ts'
import { type Supervising, superviseFrom } from './supervising.ts'

export type WatchersSettings = {
  readonly watchers: number
  readonly runs: number
  /** Events a second of each run. */
  readonly rate: number
  readonly seconds: number
  /** On the embedded database even where the machine has a Postgres. */
  readonly embedded: boolean
  readonly say: (line: string) => void
}

export type WatchersReport = {
  readonly watchers: number
  readonly runs: number
  readonly database: 'postgres' | 'embedded'
  readonly events_per_s: number
  /** From the time that stands in an event to its arrival at a client. */
  readonly p50_ms: number
  readonly p95_ms: number
  readonly max_ms: number
  readonly gaps: number
  /** From the moment in which all clients connect again until the last one has all that was written before it. */
  readonly reconnect_s: number
  /** Of a core, while events come. */
  readonly server_cpu: number
  /** Seconds of a core until all are back. */
  readonly reconnect_cpu_s: number
  readonly server_mb: number
  readonly lines: string[]
  /** Whether the figures are as they should be. */
  readonly holds: boolean
}

const LONGEST_P95_MS = 500
const LONGEST_RECONNECT_S = 10
/** How long everybody is away. */
const AWAY_MS = 3000

/** Watchers of live runs: how late events are, whether any is missing, and how long it takes until all are back. */
export async function loadWatchers(settings: WatchersSettings): Promise<WatchersReport> {
  const { embedded, say } = settings
  const dataDir = await mkdtemp(join(tmpdir(), 'whippet-load-'))
  const ends: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true })]
  const onEnd = <T>(part: T, end: () => Promise<unknown>): T => {
    ends.unshift(end)
    return part
  }
  try {
    const postgres = embedded ? undefined : await postgresIfAny(say)
    if (postgres) onEnd(postgres, postgres.stop)
    const databaseUrl = postgres?.url
    const server = await startServerProcess({ dataDir, databaseUrl })
    onEnd(server, server.stop)
    const supervising = await superviseFrom({ server, databaseUrl, ...settings })
    onEnd(supervising, supervising.close)
    const crowd = openCrowd(settings.watchers)
    onEnd(crowd, crowd.close)
    const database = postgres ? 'postgres' : 'embedded'
    return await measure({ server, supervising, crowd }, { ...settings, database })
  } finally {
    for (const end of ends) await end()
  }
}

async function postgresIfAny(say: WatchersSettings['say']): Promise<PostgresServer | undefined> {
  try {
    return await startPostgres()
  } catch (thrown) {
    say(`On the embedded database: ${thrown instanceof Error ? thrown.message : thrown}.`)
    return undefined
  }
}

type Played = { server: ServerProcess; supervising: Supervising; crowd: Crowd }

async function measure(
  { server, supervising, crowd }: Played,
  { watchers, runs, seconds, database, say }: WatchersSettings & { database: WatchersReport['database'] },
): Promise<WatchersReport> {
  say(`${watchers} watchers connect to ${runs} runs on ${database}`)
  await crowd.connect(server.url, Object.keys(await supervising.places()))
  say(`measuring for ${seconds} s`)
  await crowd.measure()
  const before = await server.usage()
  await pause(seconds * 1000)
  const after = await server.usage()
  const { delays, events } = await crowd.report()
  say('all go away and come back at once')
  await crowd.disconnect()
  await pause(AWAY_MS)
  const [places, gone] = [await supervising.places(), await server.usage()]
  const back = performance.now()
  await crowd.reconnect(places)
  const reconnectSeconds = (performance.now() - back) / 1000
  const rejoined = await server.usage()
  await crowd.reach(await supervising.stop())
  const { gaps } = await crowd.report()
  const figures = {
    watchers,
    runs,
    database,
    events_per_s: Math.round(events / seconds),
    p50_ms: shareOf(delays, 0.5),
    p95_ms: shareOf(delays, 0.95),
    max_ms: shareOf(delays, 1),
    gaps,
    reconnect_s: Number(reconnectSeconds.toFixed(2)),
    server_cpu: Number(((after.cpuSeconds - before.cpuSeconds) / seconds).toFixed(2)),
    reconnect_cpu_s: Number((rejoined.cpuSeconds - gone.cpuSeconds).toFixed(2)),
    server_mb: Math.round(rejoined.peakMegabytes),
  }
  const { p50_ms, p95_ms, max_ms, events_per_s, reconnect_s, server_cpu, reconnect_cpu_s, server_mb } =
    figures
  const holds = p95_ms < LONGEST_P95_MS && gaps === 0 && reconnect_s < LONGEST_RECONNECT_S
  return {
    ...figures,
    holds,
    lines: [
      `${watchers} watchers of ${runs} runs on ${database}, ${events_per_s} events/s arrived`,
      `event to client: p95 ${p95_ms} ms, median ${p50_ms} ms, at most ${max_ms} ms (aim: p95 below ${LONGEST_P95_MS} ms)`,
      `gaps in sequences: ${gaps} (aim: 0)`,
      `all back and up to date after ${reconnect_s} s (aim: below ${LONGEST_RECONNECT_S} s)`,
      `server: ${server_cpu} of a core, ${reconnect_cpu_s} s of it for the return, ${server_mb} MB at most`,
      holds ? 'It holds.' : 'It does not hold.',
    ],
  }
}

function shareOf(delays: ReadonlyMap<number, number>, share: number): number {
  const sorted = [...delays].sort(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [ms, count] of sorted) {
    seen += count
    if (seen >= share * total) return ms
  }
  return Number.NaN
}

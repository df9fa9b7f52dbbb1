import { randomInt } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPostgres } from '../e2e/setup/postgres.ts'
import { isOver } from '../lib/run/run.ts'
import { seededRandom } from '../lib/training/random.ts'
import { openHomeQueue } from '../server/queue/home-queue.ts'
import { renewWorkerToken } from '../server/queue/worker-tokens.ts'
import { openStore, type Store } from '../server/store/open.ts'
import { madeUpVersion, settingsFor } from '../server/store/testing/made-up.ts'
import { type Crew, startCrew } from './queue/crew.ts'

/** A vanished worker is given up so soon here; `whippet worker` waits longer. */
const GONE_MS = 3000
const HOME = 'chaos'
/** As many as a worker's machine has. */
const MOST_DEVICES = 3
const LONGEST_MINUTES = 20

/**
 * Short runs over four workers on two machines of three devices each, on a real Postgres, while workers and trainers are
 * killed. Every run must end exactly once, and no two trainers may have one device. Returns whether that held.
 */
export async function chaos(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { runs: { type: 'string', default: '200' }, seed: { type: 'string' } },
  })
  const wanted = Number(values.runs)
  const seed = Number(values.seed ?? randomInt(2 ** 31))
  console.log(`queue: ${wanted} runs, seed ${seed}`)
  const postgres = await startPostgres().catch((thrown: unknown) => String(thrown))
  if (typeof postgres === 'string') {
    console.log(`queue: skipped, there is no Postgres: ${postgres.split('\n')[0]}`)
    return true
  }
  const folder = await mkdtemp(join(tmpdir(), 'whippet-chaos-queue-'))
  await mkdir(join(folder, 'locks'))
  await writeFile(join(folder, 'id'), HOME)
  const store = await openStore({ databaseUrl: postgres.url })
  let crew: Crew | undefined
  try {
    const ids = await queueRuns(store, wanted, seededRandom(seed))
    const token = await renewWorkerToken(store.database.db)
    crew = await startCrew({
      folder,
      databaseUrl: postgres.url,
      token,
      goneMs: GONE_MS,
      random: seededRandom(seed + 1),
    })
    await until(async () => (await store.runs.unfinished()).length === 0, crew)
    return await judge(store, ids, crew, seed)
  } catch (thrown) {
    console.log(
      `broken: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown}\n${crew?.log() ?? ''}`,
    )
    return false
  } finally {
    await crew?.close()
    await store.close()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function queueRuns(store: Store, count: number, random: () => number): Promise<string[]> {
  const version = await store.datasets.create(madeUpVersion('chaos'))
  const queue = await openHomeQueue(store, HOME)
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    const devices = random() < 0.8 ? 1 : 1 + Math.floor(random() * MOST_DEVICES)
    const run = await queue.add({ ...settingsFor(version), devices }, version, Math.floor(random() * 3))
    ids.push(run.id)
  }
  await queue.close()
  return ids
}

async function until(over: () => Promise<boolean>, crew: Crew): Promise<void> {
  const deadline = Date.now() + LONGEST_MINUTES * 60_000
  while (!(await over())) {
    if (Date.now() > deadline) throw new Error(`not all runs have ended after ${LONGEST_MINUTES} minutes`)
    await crew.trouble()
  }
}

async function judge(store: Store, ids: readonly string[], crew: Crew, seed: number): Promise<boolean> {
  // Whoever was killed last has been reaped by then.
  await pause(2 * GONE_MS)
  let once = 0
  let interruptions = 0
  const wrong: string[] = []
  for (const id of ids) {
    const log = await store.runs.events(id)
    const ends = log.filter(({ type }) => type === 'succeeded' || type === 'failed' || type === 'stopped')
    interruptions += log.filter(({ type }) => type === 'interrupted').length
    const gaps = log.some(({ seq }, i) => seq !== i + 1)
    const back = log.some(({ attempt }, i) => i > 0 && attempt < log[i - 1]!.attempt)
    const run = await store.runs.find(id)
    if (ends.length === 1 && ends[0]!.type === 'succeeded' && run && isOver(run.state) && !gaps && !back)
      once++
    else
      wrong.push(
        `${id}: ${log.map(({ type, attempt }) => `${attempt} ${type}`).join(', ')} ${JSON.stringify(ends)}`,
      )
  }
  const { kills } = crew
  for (const line of wrong.slice(0, 5)) console.log(line)
  const twice = wrong.filter((line) => line.includes('chaos/held-twice')).length
  console.log(
    `queue: ${once} of ${ids.length} runs ended exactly once, over 4 workers with ${kills.workers} of them and ${kills.trainers} trainers killed, ${interruptions} attempts interrupted; ${twice === 0 ? 'no device was held twice' : `${twice} times a device was held twice`} (seed ${seed})`,
  )
  return once === ids.length
}

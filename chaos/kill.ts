import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drawShapes } from '../e2e/cli/whippet.ts'
import { type PostgresServer, startPostgres } from '../e2e/setup/postgres.ts'
import { seededRandom } from '../lib/training/random.ts'
import { zipFolder } from './disk/pictures.ts'
import { importUpload, uploadWhole } from './disk/rounds.ts'
import { Field } from './kill/field.ts'
import { STAGES } from './kill/rounds.ts'

/** Pictures of each of three classes. */
const PICTURES = 14
const MOST_TRIES = 8

/**
 * Kills the trainer, the worker or the server of a real system at random moments of everything that takes time: first on the
 * embedded database, then with a worker beside the server on Postgres. Nothing that was acknowledged may be lost, every run
 * ends once, and is shown as it is. Returns whether every round held.
 */
export async function chaos(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '50' },
      seed: { type: 'string' },
      only: { type: 'string' },
      database: { type: 'string', default: 'both' },
    },
  })
  const wanted = Number(values.rounds)
  const seed = Number(values.seed ?? randomInt(2 ** 31))
  console.log(`kill: ${wanted} rounds, seed ${seed}`)
  const random = seededRandom(seed)
  const postgres = values.database === 'embedded' ? undefined : await startPostgres().catch(() => undefined)
  const embedded = values.database === 'postgres' ? 0 : postgres ? Math.ceil(wanted / 2) : wanted
  const stages = Object.keys(STAGES).filter((name) => !values.only || name === values.only)
  const zip = await pictures()
  let held = 0
  try {
    held += await series({ rounds: embedded, first: 0, stages, zip, random })
    if (postgres) {
      held += await series({ rounds: wanted - embedded, first: embedded, stages, zip, random, postgres })
    }
  } finally {
    await postgres?.stop()
  }
  console.log(`kill: ${held} of ${wanted} rounds held (seed ${seed})`)
  return held === wanted
}

type Series = {
  rounds: number
  first: number
  stages: readonly string[]
  zip: Buffer
  random: () => number
  postgres?: PostgresServer
}

/** Rounds on one data folder, one after the other; how many held. */
async function series({ rounds, first, stages, zip, random, postgres }: Series): Promise<number> {
  if (rounds === 0) return 0
  const dataDir = await mkdtemp(join(tmpdir(), 'whippet-chaos-kill-'))
  const field = new Field({ dataDir, databaseUrl: postgres?.url })
  let held = 0
  try {
    await field.start()
    await importUpload(field.server, await uploadWhole(field.server, zip), 'shapes')
    let known = await everything(field)
    for (let n = first; n < first + rounds; n++) {
      const stage = stages[n % stages.length] as keyof typeof STAGES
      const began = performance.now()
      const line = `round ${n + 1}, ${stage} (${postgres ? 'Postgres' : 'embedded'})`
      try {
        const victim = await killed(() => STAGES[stage]({ field, zip, random, name: `${stage}-${n}` }))
        const now = await everything(field)
        demandKept(known, now)
        known = now
        held++
        console.log(
          `held    ${line}: ${victim} killed (${((performance.now() - began) / 1000).toFixed(1)} s)`,
        )
      } catch (thrown) {
        console.log(`BROKEN  ${line}: ${thrown instanceof Error ? thrown.message : thrown}`)
        console.log(field.server.log().split('\n').slice(-8).join('\n'))
      }
    }
  } finally {
    await field.close()
    await rm(dataDir, { recursive: true, force: true })
  }
  return held
}

/** A round in which everything had ended before the blow proves nothing: it is done again. */
async function killed(stage: () => Promise<string>): Promise<string> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const victim = await stage()
    if (victim !== 'nobody') return victim
  }
  throw new Error('nobody could be killed in time')
}

/** What must never be lost: labels of every dataset, and how every run ended. */
async function everything({ server }: Field): Promise<Map<string, string>> {
  const all = new Map<string, string>()
  for (const { id } of (await server.ask('/api/datasets')).body.datasets) {
    const { pictures: labels } = (await server.ask(`/api/datasets/${id}/pictures?limit=100`)).body
    all.set(`dataset ${id}`, JSON.stringify(labels))
  }
  for (const { id } of (await server.ask('/api/runs?limit=1000')).body.runs) {
    const { run } = await server.run(id)
    if (run.endedAt) all.set(`run ${id}`, JSON.stringify(run))
  }
  return all
}

function demandKept(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): void {
  for (const [what, told] of before) assert.equal(now.get(what), told, `${what} is not what it was`)
}

async function pictures(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'whippet-chaos-pictures-'))
  await drawShapes(join(folder, 'shapes'), PICTURES)
  const zip = await readFile(await zipFolder(join(folder, 'shapes'), join(folder, 'shapes.zip')))
  await rm(folder, { recursive: true })
  return zip
}

import { mkdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drawShapes } from '../e2e/cli/whippet.ts'
import { zipFolder } from './disk/pictures.ts'
import {
  checkpoint,
  database,
  demandIntact,
  extraction,
  type Field,
  importing,
  importUpload,
  type Round,
  reserve,
  upload,
  uploadWhole,
} from './disk/rounds.ts'
import { type Served, serve } from './disk/served.ts'
import { mountSmallDisk, type SmallDisk } from './disk/small-disk.ts'

/** Large enough for a database and its log, small enough to fill in a moment. */
const MEGABYTES = 480
const RESERVE_GB = '0.1'
const MOST_MINUTES_OF_A_ROUND = 5

const ROUNDS = { upload, importing, extraction, checkpoint, database, reserve } satisfies Record<
  string,
  Round
>

/**
 * Fills the disk of a real server in the middle of what it does. Each round demands a clear error, nothing corrupt, and
 * that it goes on once there is room. Ends with one line; returns whether every round held.
 */
export async function chaos(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: 'string', default: '3' }, only: { type: 'string' } },
  })
  const names = Object.keys(ROUNDS).filter(
    (name) => !values.only || name === values.only,
  ) as (keyof typeof ROUNDS)[]
  let small: SmallDisk
  try {
    small = mountSmallDisk(MEGABYTES)
  } catch (thrown) {
    console.log(`disk: skipped, this machine lets us mount no small disk: ${String(thrown).split('\n')[0]}`)
    return true
  }
  const wanted = Number(values.rounds) * names.length
  let held = 0
  let server: Served | undefined
  try {
    const data = join(small.folder, 'data')
    mkdirSync(data)
    server = await serve(data, { WHIPPET_RESERVE_GB: RESERVE_GB })
    const field: Field = { disk: small, server, zip: await picturesAsZip() }
    await importUpload(server, await uploadWhole(server, field.zip), 'shapes')
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const name of names) if (await holds(name, field, round)) held++
    }
    await server.stop()
    // And once more from what is on the disk alone.
    server = await serve(data, { WHIPPET_RESERVE_GB: RESERVE_GB })
    const pictures = await demandIntact({ server, disk: small })
    console.log(`after a restart every log is whole and ${pictures} pictures are what they were`)
  } catch (thrown) {
    held = Math.min(held, wanted - 1)
    console.log(`broken: ${thrown instanceof Error ? thrown.message : thrown}\n${server?.log() ?? ''}`)
  } finally {
    await server?.stop()
    small.close()
  }
  console.log(`disk (${small.kind}, ${MEGABYTES} MB): ${held} of ${wanted} rounds held`)
  return held === wanted
}

async function holds(name: keyof typeof ROUNDS, field: Field, round: number): Promise<boolean> {
  const began = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it takes too long')), MOST_MINUTES_OF_A_ROUND * 60_000)
  })
  try {
    await Promise.race([ROUNDS[name](field, round), late])
    await demandIntact(field)
    console.log(`held    ${name} ${round + 1} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
    return true
  } catch (thrown) {
    console.log(`BROKEN  ${name} ${round + 1}: ${thrown instanceof Error ? thrown.message : thrown}`)
    console.log(field.server.log().split('\n').slice(-8).join('\n'))
    return false
  } finally {
    clearTimeout(timer)
    await field.disk.free()
  }
}

async function picturesAsZip(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'whippet-chaos-'))
  try {
    await drawShapes(join(folder, 'pictures'), 60)
    return await readFile(await zipFolder(join(folder, 'pictures'), join(folder, 'pictures.zip')))
  } finally {
    await rm(folder, { recursive: true })
  }
}

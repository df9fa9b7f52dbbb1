import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { writeDurably } from '../../files/write-durably.ts'
import { cacheFolder } from '../../setup/cache-folder.ts'
import type { EngineId } from '../catalogue.ts'

/** Raised whenever something else is measured. */
const MEASURE_VERSION = 1

const measuredSchema = z.object({
  forward: z.number().optional(),
  training: z.number().optional(),
  at: z.string(),
})
/** One figure per engine and machine: of the version that was measured last. */
const fileSchema = z.record(z.string(), z.object({ version: z.string(), measured: measuredSchema }))

/** Images/s of an engine, and when they were measured. */
export type Measured = z.infer<typeof measuredSchema>

/** The figures of this user's engines, kept from one start to the next. */
export type MeasuredFile = {
  /** Nothing where another machine or version was measured. */
  find(id: EngineId, version: string): Promise<Measured | undefined>
  /** Of whatever version was measured last on this machine. */
  latest(id: EngineId): Promise<Measured | undefined>
  keep(id: EngineId, version: string, measured: Measured): Promise<void>
}

export function measuredFile(folder: string = cacheFolder()): MeasuredFile {
  const path = join(folder, 'engines.json')
  const read = async () => {
    try {
      return fileSchema.parse(JSON.parse(await readFile(path, 'utf8')))
    } catch {
      return {} // not there or not ours: measured again
    }
  }
  return {
    async find(id, version) {
      const known = (await read())[keyOf(id)]
      return known?.version === version ? known.measured : undefined
    },
    latest: async (id) => (await read())[keyOf(id)]?.measured,
    async keep(id, version, measured) {
      await mkdir(folder, { recursive: true })
      await writeDurably(
        path,
        JSON.stringify({ ...(await read()), [keyOf(id)]: { version, measured } }, null, 1),
      )
    },
  }
}

/** A home folder may serve several machines, and a machine may get other cores. */
function keyOf(id: EngineId): string {
  const machine = [cpus()[0]?.model, availableParallelism(), process.platform, process.arch, process.version]
  const hash = createHash('sha256')
    .update(JSON.stringify([machine, MEASURE_VERSION]))
    .digest('hex')
  return `${id} ${hash.slice(0, 16)}`
}

import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { writeDurably } from '../files/write-durably.ts'
import { speedsSchema } from './messages.ts'

const measuredSchema = z.object({
  /** The device's id on its machine: `cpu`, `cuda:0`. */
  id: z.string(),
  /** Its name for people. */
  device: z.string(),
  /** What trains: its title. */
  engine: z.string(),
  inferenceGflopsPerSecond: speedsSchema,
  trainingGflopsPerSecond: speedsSchema,
})
/** How fast a device is with an engine. */
export type Measured = z.infer<typeof measuredSchema>

const fileSchema = z.object({
  version: z.literal(2),
  machines: z.record(z.string(), z.array(measuredSchema)),
})

const fileOf = (dataDir: string) => join(dataDir, 'calibration.json')

/** Two machines of one name are as fast as each other. */
export function machineName(): string {
  return `${cpus()[0]?.model.trim() || process.arch}, ${availableParallelism()} cores`
}

/** What was measured of these devices of this machine; of those that are missing nobody knows. */
export async function readCalibration(
  dataDir: string,
  devices: readonly { id: string }[],
): Promise<Measured[]> {
  const measured = (await machines(dataDir))[machineName()] ?? []
  return devices.flatMap(({ id }) => measured.filter((one) => one.id === id))
}

/** Remembers a device of this machine, in the place of what was known of it. */
export async function writeCalibration(dataDir: string, measured: Measured): Promise<void> {
  const known = await machines(dataDir)
  const others = (known[machineName()] ?? []).filter(({ id }) => id !== measured.id)
  const file = { version: 2, machines: { ...known, [machineName()]: [...others, measured] } }
  await writeDurably(fileOf(dataDir), `${JSON.stringify(file)}\n`)
}

/** Nothing where the file is absent, damaged or another version's. */
async function machines(dataDir: string): Promise<Record<string, Measured[]>> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch(() => '')
  const read = fileSchema.safeParse(parsed(text))
  return read.success ? read.data.machines : {}
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

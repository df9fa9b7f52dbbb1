import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { DeviceCalibration } from '../../lib/strategy/minutes.ts'
import { writeDurably } from '../files/write-durably.ts'

const calibrationSchema = z.object({
  device: z.string(),
  inferenceGflopsPerSecond: z.number().positive(),
  trainingGflopsPerSecond: z.number().positive(),
})

const fileOf = (dataDir: string) => join(dataDir, 'calibration.json')

/** How fast this machine was at the last fine-tuning; undefined before the first, or where nobody can read it. */
export async function readCalibration(dataDir: string): Promise<DeviceCalibration | undefined> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch(() => '')
  const read = calibrationSchema.safeParse(text === '' ? undefined : parsed(text))
  return read.success ? read.data : undefined
}

/** Remembers how fast this machine was, for the plans of later runs; what was not measured stays as it was. */
export async function recordCalibration(
  dataDir: string,
  measured: Pick<DeviceCalibration, 'device'> & Partial<DeviceCalibration>,
): Promise<void> {
  const known = { ...(await readCalibration(dataDir)), ...measured }
  const complete = calibrationSchema.safeParse(known)
  if (complete.success) await writeDurably(fileOf(dataDir), `${JSON.stringify(complete.data)}\n`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { backboneEntry } from '../../../lib/backbone/registry.ts'
import type { NewRunEvent } from '../../../lib/run/events.ts'
import { parseSet } from '../../../lib/run/settings.ts'
import type { StrategyName } from '../../../lib/strategy/strategies.ts'
import { openBlobs } from '../../blobs/blobs.ts'
import type { Device } from '../../devices/device.ts'
import { runAttempt } from '../attempt.ts'
import type { Job } from '../job.ts'
import type { StartDeviceProcess } from '../parallel/device-process/start.ts'

const BACKBONE = 'tf_efficientnet_lite0'
const SPLITS = ['train', 'train', 'train', 'train', 'train', 'validation', 'validation', 'test'] as const

export type AttemptOptions = {
  readonly run?: string
  readonly devices?: number
  readonly stop?: AbortSignal
  readonly onEvent?: (event: NewRunEvent) => void
  readonly startDevice?: StartDeviceProcess
}

/** A data folder with sixteen pictures of two classes, and attempts at runs on them. */
export type Attempts = {
  readonly dataDir: string
  job(strategy: StrategyName, pairs: readonly string[], options?: AttemptOptions): Job
  train(
    strategy: StrategyName,
    pairs: readonly string[],
    options?: AttemptOptions,
  ): Promise<{ run: string; events: NewRunEvent[] }>
  close(): void
}

export async function openAttempts(): Promise<Attempts> {
  const dataDir = mkdtempSync(join(tmpdir(), 'whippet-attempts-'))
  const pictures: Job['pictures'] = []
  for (let n = 0; n < 2 * SPLITS.length; n++) pictures.push(await madeUpPicture(dataDir, n))
  const count = (split: string) => pictures.filter((picture) => picture.split === split).length
  let runs = 0
  const jobOf: Attempts['job'] = (strategy, pairs, { run = `run${runs++}`, devices = 1 } = {}) => ({
    run,
    dataDir,
    devices: Array.from({ length: devices }, (_, index) => processor(index)),
    extensions: [],
    settings: { dataset: 'd', backbone: BACKBONE, strategy, ...parseSet([...pairs], strategy) },
    dataset: {
      version: 'd',
      name: 'made up',
      classes: ['dark', 'light'],
      counts: { train: count('train'), validation: count('validation'), test: count('test') },
    },
    pictures,
  })
  return {
    dataDir,
    job: jobOf,
    close: () => rmSync(dataDir, { recursive: true }),
    async train(strategy, pairs, options = {}) {
      const { stop = new AbortController().signal, onEvent } = options
      const job = jobOf(strategy, pairs, options)
      const events: NewRunEvent[] = []
      const emit = (event: NewRunEvent) => {
        events.push(event)
        onEvent?.(event)
      }
      await runAttempt(job, { emit, stop }, options.startDevice)
      return { run: job.run, events }
    },
  }
}

function processor(index: number): Device {
  return { id: `cpu:${index}`, kind: 'cpu', index, threads: 1 }
}

/** Noise around one level: two classes that can be told apart. */
async function madeUpPicture(dataDir: string, n: number): Promise<Job['pictures'][number]> {
  const { size } = backboneEntry(BACKBONE).preprocess
  const label = n % 2
  const noise = Uint8Array.from(
    { length: size * size * 3 },
    (_, i) => 60 + 120 * label + ((i * (n + 3)) % 53),
  )
  const file = join(dataDir, `${n}.png`)
  await sharp(noise, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toFile(file)
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
  const path = (await openBlobs(dataDir)).picturePath(hash)
  await mkdir(dirname(path), { recursive: true })
  await copyFile(file, path)
  return { hash, file: `${n}.png`, label, split: SPLITS[Math.floor(n / 2)]! }
}

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { backboneEntry } from '../../../../lib/backbone/registry.ts'
import { parseSet } from '../../../../lib/run/settings.ts'
import type { StrategyName } from '../../../../lib/strategy/strategies.ts'
import { openBlobs } from '../../../blobs/blobs.ts'
import type { Job } from '../../job.ts'

export const BACKBONE = 'tf_efficientnet_lite0'
const SPLITS = ['train', 'train', 'train', 'validation', 'test'] as const

/** A data folder with made-up pictures of two classes that can be told apart, and jobs on them. */
export type MadeUpPictures = {
  readonly dataDir: string
  /** Three fifths of them to train on, a fifth each for validation and test. */
  readonly pictures: Job['pictures']
  job(run: string, strategy: StrategyName, pairs: readonly string[], own?: Partial<Job>): Job
  remove(): void
}

export async function madeUpPictures(count: number): Promise<MadeUpPictures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'whippet-fine-tuning-'))
  const pictures: Job['pictures'] = []
  for (let n = 0; n < count; n++) pictures.push(await madeUpPicture(dataDir, n))
  return {
    dataDir,
    pictures,
    job(run, strategy, pairs, own = {}) {
      const used = own.pictures ?? pictures
      const counted = (split: string) => used.filter((picture) => picture.split === split).length
      return {
        run,
        dataDir,
        devices: [{ id: 'cpu', kind: 'cpu', index: 0, threads: 2 }],
        extensions: [],
        settings: { dataset: 'd', backbone: BACKBONE, strategy, ...parseSet(pairs, strategy) },
        dataset: {
          version: 'd',
          name: 'made up',
          classes: ['dark', 'light'],
          counts: { train: counted('train'), validation: counted('validation'), test: counted('test') },
        },
        pictures: used,
        ...own,
      }
    },
    remove: () => rmSync(dataDir, { recursive: true }),
  }
}

/** Noise around one level. */
async function madeUpPicture(dataDir: string, n: number): Promise<Job['pictures'][number]> {
  const { size } = backboneEntry(BACKBONE).preprocess
  const label = n % 2
  const noise = Uint8Array.from(
    { length: size * size * 3 },
    (_, i) => 60 + 120 * label + ((i * (n + 3)) % 53),
  )
  const bytes = await sharp(noise, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer()
  const hash = createHash('sha256').update(bytes).digest('hex')
  const path = (await openBlobs(dataDir)).picturePath(hash)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  return { hash, file: `${n}.png`, label, split: SPLITS[Math.floor(n / 2) % SPLITS.length]! }
}

import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeSafetensors } from '../../../lib/backbone/weights/safetensors.ts'
import type { Preprocessing } from '../../../lib/preprocess/preprocessing.ts'
import { SELF_TEST_GRAPH } from '../../engines/self-test/network.ts'
import { selfTestWeights } from '../../engines/self-test/self-test.ts'
import { folderStore } from '../../objects/folder-store.ts'
import { sharedOver } from '../../objects/shared-files.ts'
import { type Extraction, extractFeatures, fillFeatures } from '../extract.ts'
import { extractTogether } from './extract-together.ts'
import type { Offer, Team, TeamSlice } from './team.ts'

const COUNT = 700
const PREPROCESSING: Preprocessing = {
  size: SELF_TEST_GRAPH.size,
  resize: 'squash',
  cropFraction: 1,
  interpolation: 'bilinear',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
}
let root: string
let pictures: Extraction['pictures']
let weights: Extraction['weights']

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'whippet-together-'))
  for (const name of ['pictures', 'shared']) mkdirSync(join(root, name))
  pictures = await Promise.all(Array.from({ length: COUNT }, (_, n) => madeUpPicture(n)))
  const store = selfTestWeights()
  const bytes = writeSafetensors(new Map(store.names().map((name) => [name, store.get(name)])))
  const path = join(root, 'weights.safetensors')
  writeFileSync(path, bytes)
  weights = { source: { kind: 'file', path }, hash: createHash('sha256').update(bytes).digest('hex') }
})
afterAll(() => rmSync(root, { recursive: true }))

async function madeUpPicture(n: number) {
  const raw = Uint8Array.from({ length: 12 * 12 * 3 }, (_, i) => (i < 3 ? n >> (8 * i) : i * (n + 3)) % 256)
  const bytes = await sharp(raw, { raw: { width: 12, height: 12, channels: 3 } })
    .png()
    .toBuffer()
  const hash = createHash('sha256').update(bytes).digest('hex')
  const path = join(root, 'pictures', hash)
  writeFileSync(path, bytes)
  return { hash, path }
}

function machine(name: string): Extraction {
  const dataDir = join(root, name)
  const at = (hash: string) => join(dataDir, hash)
  return {
    pictures: pictures.map(({ hash }) => ({ hash, path: at(hash) })),
    graph: SELF_TEST_GRAPH,
    weights,
    preprocessing: PREPROCESSING,
    cacheDir: join(dataDir, 'features'),
    devices: [{ id: 'cpu', kind: 'cpu', index: 0, threads: 1 }],
    sharing: {
      files: sharedOver(folderStore(join(root, 'shared')), dataDir),
      obtain: async (hash) => copyFileSync(join(root, 'pictures', hash), at(hash)),
    },
  }
}

/** A desk in this process. `help` is asked to do one part. */
function team(help: (slice: TeamSlice, offer: { isGone: () => void }) => Promise<void>): Team {
  return {
    async offer(_, parts) {
      const free: TeamSlice[] = parts.map((part, index) => ({ index, pictures: [...part] }))
      const helping: Promise<void>[] = []
      const offer: Offer = {
        async next() {
          const mine = free.shift()
          const theirs = helping.length === 0 ? free.shift() : undefined
          if (theirs) helping.push(help(theirs, { isGone: () => free.unshift(theirs) }))
          return mine
        },
        done: async () => undefined,
        settled: async () => void (await Promise.all(helping)),
        close: async () => undefined,
      }
      return offer
    },
  }
}

const TASK = {
  backbone: 'b',
  weightsHash: 'w',
  preprocessing: PREPROCESSING,
  looks: 'whole',
} as const
const part = (extraction: Extraction, slice: TeamSlice) => ({
  ...extraction,
  pictures: extraction.pictures.filter(({ hash }) => slice.pictures.includes(hash)),
})

test('two machines share the work, and the features are those of one', async () => {
  const [one, other] = [machine('one'), machine('other')]
  let theirs = 0
  const done: number[] = []
  const together = await extractTogether(
    { ...one, onProgress: (progress) => done.push(progress.done) },
    TASK,
    team(async (slice) => {
      theirs += slice.pictures.length
      await fillFeatures(part(other, slice))
    }),
  )
  expect([together, theirs]).toEqual([COUNT, 256])
  expect(done).toEqual(done.toSorted((a, b) => a - b))
  const { features, fromCache } = await extractFeatures(one)
  expect(fromCache).toBe(COUNT)
  const { sharing: _, ...alone } = machine('alone')
  const { features: want } = await extractFeatures({ ...alone, pictures })
  expect(features).toEqual(want)
})

test('parts of a machine that went away are done here', async () => {
  rmSync(join(root, 'shared'), { recursive: true })
  mkdirSync(join(root, 'shared'))
  const one = machine('third')
  let asked = 0
  await extractTogether(
    one,
    TASK,
    team(async (_, { isGone }) => {
      asked++
      isGone()
    }),
  )
  const { fromCache } = await extractFeatures(one)
  expect([asked, fromCache]).toEqual([1, COUNT])
})

test('a few pictures are not worth asking for', async () => {
  const few = { ...machine('fourth'), pictures: machine('fourth').pictures.slice(0, 20) }
  const nobody: Team = { offer: () => Promise.reject(new Error('asked')) }
  expect(await extractTogether(few, TASK, nobody)).toBe(0)
})

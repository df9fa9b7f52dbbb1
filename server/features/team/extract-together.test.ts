import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { folderStore } from '../../objects/folder-store.ts'
import { sharedOver } from '../../objects/shared-files.ts'
import { type Extraction, extractFeatures, fillFeatures } from '../extract.ts'
import {
  type MadeUpExtraction,
  madeUpExtraction,
  PREPROCESSING,
  simulated,
} from '../testing/made-up-extraction.ts'
import { extractTogether } from './extract-together.ts'
import type { Offer, Team, TeamSlice } from './team.ts'

const COUNT = 700
let made: MadeUpExtraction
let root: string
beforeAll(async () => {
  made = await madeUpExtraction(COUNT)
  root = mkdtempSync(join(tmpdir(), 'whippet-together-'))
  mkdirSync(join(root, 'shared'))
})
afterAll(() => {
  made.remove()
  rmSync(root, { recursive: true })
})

function machine(name: string): Extraction {
  const dataDir = join(root, name)
  const at = (hash: string) => join(dataDir, hash)
  const pathOf = new Map(made.base.pictures.map(({ hash, path }) => [hash, path]))
  return {
    ...made.base,
    pictures: made.base.pictures.map(({ hash }) => ({ hash, path: at(hash) })),
    cacheDir: join(dataDir, 'features'),
    devices: simulated(1),
    sharing: {
      files: sharedOver(folderStore(join(root, 'shared')), dataDir),
      obtain: async (hash) => copyFileSync(pathOf.get(hash)!, at(hash)),
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
  expect(features).toEqual(made.want)
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

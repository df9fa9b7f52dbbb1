import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backboneEntry } from '../../../../lib/backbone/registry.ts'
import { levelsOf, normaliseInto } from '../../../../lib/preprocess/levels.ts'
import { openBlobs } from '../../../blobs/blobs.ts'
import { decodePicture } from '../../../datasets/decoder/decode.ts'
import { viewOf } from '../../../features/extractor/rows.ts'
import { BACKBONE, type MadeUpPictures, madeUpPictures } from '../testing/made-up-pictures.ts'
import { type DecodeThreads, openDecodeThreads } from './threads.ts'

const { preprocess: preprocessing } = backboneEntry(BACKBONE)
const random = { preset: 'inception', seed: 3, index: 2 } as const
let made: MadeUpPictures
let threads: DecodeThreads
beforeAll(async () => {
  made = await madeUpPictures(6)
  threads = openDecodeThreads({ preprocessing }, 2)
})
afterAll(async () => {
  await threads.close()
  made.remove()
})

test('threads give what this thread would, as it is and in a random view', async () => {
  const blobs = await openBlobs(made.dataDir)
  for (const view of [{}, { random }]) {
    const inputs = await Promise.all(
      made.pictures.map(({ hash }) => threads.input({ hash, path: blobs.picturePath(hash), ...view })),
    )
    for (const [i, { hash }] of made.pictures.entries()) {
      const pixels = await decodePicture(await readFile(blobs.picturePath(hash)))
      const { data } = viewOf(pixels, hash, view, preprocessing)
      const here = new Float32Array(data.length)
      normaliseInto(here, data, levelsOf(preprocessing))
      expect(inputs[i]).toEqual(here)
    }
  }
})

test('a picture that is gone is a problem with its path, and the thread goes on', async () => {
  const { hash } = made.pictures[0]!
  const path = join(made.dataDir, 'nowhere.png')
  await expect(threads.input({ hash, path })).rejects.toMatchObject({
    code: 'features/unreadable',
    says: expect.stringContaining('nowhere.png'),
  })
  const there = (await openBlobs(made.dataDir)).picturePath(hash)
  expect(await threads.input({ hash, path: there })).toHaveLength(preprocessing.size ** 2 * 3)
})

test('after the end nobody waits for ever', async () => {
  const { hash } = made.pictures[0]!
  const own = openDecodeThreads({ preprocessing }, 1)
  await own.close()
  await expect(own.input({ hash, path: 'x' })).rejects.toMatchObject({ code: 'training/decoder-died' })
})

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { encodedIn, type TestPicture, WAYS } from './encodings.ts'
import { readSourceFile, sourceFiles } from './source.ts'

const SHARED = process.env.WHIPPET_SHARED ?? '../shared'
const PHOTOS = join(SHARED, 'datasets', 'ten-breeds-photos.zip')
const CROPS = join(SHARED, 'datasets', 'stanford-dogs-part.zip')

/** Why there are no photos of dogs here; undefined where there are. */
export const NO_PHOTOS = [PHOTOS, CROPS].every((path) => existsSync(path))
  ? undefined
  : `${PHOTOS} and ${CROPS} are not there: name their folder's parent with WHIPPET_SHARED.`

/** 20 photos that no dog model here was trained on: ten as they are, ten in other ways. The same ones every time. */
export async function dogPhotos(): Promise<TestPicture[]> {
  const trained = new Set([...(await sourceFiles(CROPS)).keys()].map(fileName))
  const photos = await sourceFiles(PHOTOS)
  const heldOut = [...photos.keys()].filter((path) => !trained.has(fileName(path))).toSorted()
  const chosen = Array.from({ length: 20 }, (_, i) => heldOut[Math.floor(((i + 0.5) * heldOut.length) / 20)]!)
  return Promise.all(
    chosen.map(async (path, i) => {
      const bytes = await readSourceFile(photos.get(path)!)
      const way = WAYS[i >> 1]
      if (i % 2 === 0 || !way) return { name: fileName(path), mimeType: 'image/jpeg', bytes }
      return encodedIn(way, fileName(path), bytes)
    }),
  )
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

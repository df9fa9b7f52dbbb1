import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { drawIcon, POSES, type Pose, UPRIGHT } from './draw-icon.ts'
import { DESIGNERS, EMOJI_CLASSES } from './emoji-classes.ts'
import { type Icon, type Licence, readIconSet } from './icon-set.ts'

/** Of the folder and of the dataset. */
export const SAMPLE_NAME = 'emoji'

export type Sample = {
  readonly dir: string
  readonly pictures: number
  readonly licences: readonly Licence[]
}

export type Drawing = {
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal?: AbortSignal
}

/** Raised whenever the same emoji would be drawn otherwise. */
const DRAWN_AS = 1
/** libuv has four threads to draw with. */
const AT_A_TIME = 4
const EVERY = 25

/** Beside the folder: what was drawn, and under which terms it may be used. Only there once the folder is whole. */
const markerSchema = z.object({
  sample: z.string(),
  pictures: z.number().int(),
  licences: z.array(
    z.object({ set: z.string(), by: z.string(), licence: z.string(), url: z.string().optional() }),
  ),
})

type Picture = { file: string; icon: Icon; pose: Pose }

/**
 * The sample: emoji of five designers in as many classes as `EMOJI_CLASSES` has, `train/`, `val/` and `test/` by designers of their own.
 * Drawn into `dir` at first use; `<dir>.json` beside it says what it is and names the licences.
 *
 * @throws Problem `sample/packages-missing`; the signal's reason when it is aborted.
 */
export async function drawEmojiSample(dir: string, { onProgress, signal }: Drawing = {}): Promise<Sample> {
  const marker = `${dir}.json`
  const sample = createHash('sha256')
    .update(JSON.stringify([DRAWN_AS, DESIGNERS, EMOJI_CLASSES, POSES]))
    .digest('hex')
  const finished = await readMarker(dir, marker)
  if (finished?.sample === sample) return { dir, pictures: finished.pictures, licences: finished.licences }

  const { pictures, licences } = await planSample()
  const unfinished = `${dir}.unfinished`
  await rm(marker, { force: true })
  await rm(unfinished, { recursive: true, force: true })
  await drawAll(unfinished, pictures, {
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  })
  await rm(dir, { recursive: true, force: true })
  await rename(unfinished, dir)
  await writeFile(
    marker,
    `${JSON.stringify({ sample, pictures: pictures.length, licences }, undefined, 2)}\n`,
  )
  return { dir, pictures: pictures.length, licences }
}

async function readMarker(dir: string, marker: string) {
  try {
    await stat(dir)
    return markerSchema.parse(JSON.parse(await readFile(marker, 'utf8')))
  } catch {
    // Never drawn, or drawn in part, or by another version: it is drawn again.
    return undefined
  }
}

/** Training emoji come in several poses; test ones in one, so that every test picture is a picture of its own. */
async function planSample(): Promise<{ pictures: Picture[]; licences: Licence[] }> {
  const pictures: Picture[] = []
  const licences: Licence[] = []
  for (const split of ['train', 'val', 'test'] as const) {
    for (const designer of DESIGNERS[split]) {
      const set = await readIconSet(designer)
      licences.push(set.licence)
      const drawn = new Set<string>()
      for (const [className, names] of Object.entries(EMOJI_CLASSES)) {
        for (const name of names.split(/\s+/)) {
          const icon = set.find(name)
          // Two names of one drawing are one emoji.
          if (!icon || drawn.has(icon.body)) continue
          drawn.add(icon.body)
          const poses = split === 'test' ? [UPRIGHT] : POSES
          for (const [n, pose] of poses.entries()) {
            pictures.push({ file: join(split, className, `${designer}-${name}-${n + 1}.png`), icon, pose })
          }
        }
      }
    }
  }
  return { pictures, licences }
}

async function drawAll(
  folder: string,
  pictures: readonly Picture[],
  { onProgress, signal }: Drawing,
): Promise<void> {
  const total = pictures.length
  const folders = new Set(pictures.map(({ file }) => join(folder, file, '..')))
  for (const path of folders) await mkdir(path, { recursive: true })
  let next = 0
  let done = 0
  onProgress?.({ done, total })
  const draw = async () => {
    while (next < total) {
      signal?.throwIfAborted()
      const { file, icon, pose } = pictures[next++]!
      await writeFile(join(folder, file), await drawIcon(icon, pose))
      done++
      if (done % EVERY === 0 || done === total) onProgress?.({ done, total })
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, draw))
}

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SharedFiles } from '../objects/shared-files.ts'
import { SEGMENT_SUFFIX } from './cache/segment.ts'

/** Files at a time: enough to fill a line, few enough to bound the memory. */
const AT_A_TIME = 16

/** Brings segments that other machines have published into a cache's folder. */
export async function pullSegments(shared: SharedFiles, folder: string): Promise<void> {
  const names = await shared.published(folder)
  await each(
    names.filter((name) => name.endsWith(SEGMENT_SUFFIX)),
    (name) => shared.obtain(join(folder, name)),
  )
}

/** Lets other machines have the segments of a cache's folder that nobody writes to any more. */
export async function publishSegments(shared: SharedFiles, folder: string): Promise<void> {
  if (shared.place === undefined) return
  const there = new Set(await shared.published(folder))
  const mine = (await readdir(folder)).filter((name) => name.endsWith(SEGMENT_SUFFIX) && !there.has(name))
  await each(mine, (name) => shared.publish(join(folder, name)))
}

/** Sees to it that pictures are on this machine. @throws Problem `blobs/gone` of the first that nobody has, `objects/…`. */
export async function obtainPictures(
  pictures: readonly { readonly hash: string }[],
  obtain: (hash: string) => Promise<unknown>,
): Promise<void> {
  await each(pictures, ({ hash }) => obtain(hash))
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = [...items]
  const one = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, items.length) }, one))
}

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from '../files/write-durably.ts'
import type { SharedFiles } from './shared-files.ts'

/** Folders whose files never change once they are there. */
const FILES = ['blobs/pictures', 'blobs/thumbnails', 'weights', 'backbones']
const MARK = 'shared-with'
const AT_A_TIME = 16

/**
 * Lets other machines have what a data folder held before it was shared: once for each place, again where it was
 * interrupted; what is there already isn't sent twice.
 *
 * @throws Problem `objects/…`.
 */
export async function shareAll(
  dataDir: string,
  shared: SharedFiles,
  onProgress: (sent: number, of: number) => void = () => undefined,
): Promise<void> {
  if (shared.place === undefined) return
  const mark = join(dataDir, MARK)
  if ((await readFile(mark, 'utf8').catch(() => '')).trim() === shared.place) return
  const missing: string[] = []
  for (const kind of FILES) {
    const folder = join(dataDir, kind)
    const there = new Set(await shared.published(folder))
    const here = await namesIn(folder)
    missing.push(...here.filter((name) => !there.has(name)).map((name) => join(folder, name)))
  }
  let sent = 0
  const one = async () => {
    for (let file = missing[sent]; file !== undefined; file = missing[sent]) {
      sent++
      await shared.publish(file)
      onProgress(sent, missing.length)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, one))
  const runs = join(dataDir, 'runs')
  for (const run of await readdir(runs).catch(() => [])) await shared.publishFolder(join(runs, run))
  await writeDurably(mark, `${shared.place}\n`)
}

/** Whole files, by their path within the folder, with slashes. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && !/\.(part|lock|download)$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

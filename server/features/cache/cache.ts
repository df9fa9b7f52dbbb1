import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../lib/problem.ts'
import { type FeatureKey, keyName } from './key.ts'
import { takeLease } from './lease.ts'
import { copyFeatures, hashOfRow, rowBytes } from './row.ts'
import { createSegment, readRows, SEGMENT_SUFFIX, type SegmentWriter } from './segment.ts'

/** Features of pictures under one key, in append-only segments that several processes may write at once. */
export interface FeatureCache {
  /** Where the segments lie; {@link createSegment} adds one. */
  readonly folder: string
  /** Features per picture. */
  readonly width: number
  has(hash: string): boolean
  /** Appends to a segment of this cache's own. */
  append(hash: string, features: Float32Array): void
  /** Takes in what others have appended since. */
  refresh(): Promise<void>
  /**
   * Features in the order of `hashes`, `[n, width]`.
   *
   * @throws Problem `features/missing` when one is not there, or no longer intact.
   */
  load(hashes: readonly string[]): Promise<Float32Array>
  close(): void
}

/** Reading this much more takes no longer than another read does. */
const GAP_BYTES = 256 << 10

/** Opens the cache of `key` under `dir`, made where absent. Torn tails and damaged rows count as absent. */
export async function openFeatureCache(dir: string, key: FeatureKey, width: number): Promise<FeatureCache> {
  const folder = join(dir, keyName(key))
  await mkdir(folder, { recursive: true })
  // Before anything in it is looked at: what is in use is never trimmed.
  const lease = await takeLease(folder)
  // For people who wonder what a folder holds; nothing reads it.
  await writeFile(join(folder, 'key.json'), `${JSON.stringify({ ...key, width }, null, 1)}\n`)
  const index = new Map<string, { segment: string; row: number }>()
  const rowsSeen = new Map<string, number>()
  const used = new Set<string>()
  let own: SegmentWriter | undefined

  async function refresh(): Promise<void> {
    const names = (await readdir(folder)).filter((name) => name.endsWith(SEGMENT_SUFFIX)).sort()
    for (const segment of names) {
      const take = (bytes: Buffer, row: number) => {
        const hash = hashOfRow(bytes)
        if (hash !== undefined) index.set(hash, { segment, row })
      }
      rowsSeen.set(segment, await readRows(join(folder, segment), width, take, rowsSeen.get(segment)))
    }
  }

  async function load(hashes: readonly string[]): Promise<Float32Array> {
    const features = new Float32Array(hashes.length * width)
    const places = placesOf(hashes)
    const found = new Set<string>()
    const take = (bytes: Buffer) => {
      const hash = hashOfRow(bytes)
      for (const place of (hash !== undefined && places.get(hash)) || []) {
        copyFeatures(bytes, features.subarray(place * width, (place + 1) * width))
        found.add(hash!)
      }
    }
    for (const [segment, rows] of rowsBySegment([...places.keys()])) {
      if (!used.has(segment)) await markUsed(join(folder, segment))
      used.add(segment)
      for (const [first, count] of runsOf(rows, Math.floor(GAP_BYTES / rowBytes(width))))
        await readRows(join(folder, segment), width, take, first, count)
    }
    if (found.size < places.size) throw missing([...places.keys()].filter((hash) => !found.has(hash)))
    return features
  }

  function rowsBySegment(hashes: readonly string[]): Map<string, number[]> {
    const rows = new Map<string, number[]>()
    for (const hash of hashes) {
      const at = index.get(hash)
      if (!at) continue
      const list = rows.get(at.segment)
      if (list) list.push(at.row)
      else rows.set(at.segment, [at.row])
    }
    return rows
  }

  await refresh()
  return {
    folder,
    width,
    has: (hash) => index.has(hash),
    append(hash, features) {
      own ??= createSegment(folder, width)
      own.append(hash, features)
    },
    refresh,
    load,
    close() {
      own?.close()
      lease.release()
    },
  }
}

/** Where each hash stands in the list; the same picture may be asked for twice. */
function placesOf(hashes: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  for (const [place, hash] of hashes.entries()) {
    const list = places.get(hash)
    if (list) list.push(place)
    else places.set(hash, [place])
  }
  return places
}

/** Rows as runs `[first, count]`; gaps of up to `gap` rows are read over rather than seeked past. */
function runsOf(rows: number[], gap: number): [number, number][] {
  const runs: [number, number][] = []
  for (const row of rows.sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && row - (last[0] + last[1]) <= gap) last[1] = row + 1 - last[0]
    else runs.push([row, 1])
  }
  return runs
}

/** Its time of change says when it was of use last: what was used the longest ago is trimmed first. */
async function markUsed(segment: string): Promise<void> {
  const now = new Date()
  await utimes(segment, now, now).catch(() => undefined)
}

function missing(hashes: readonly string[]): Problem {
  return new Problem('features/missing', {
    says: `The features of ${hashes.length} pictures are not in the cache, first of ${hashes[0]}.`,
    advice: 'Start the run again: what is missing is extracted anew.',
  })
}

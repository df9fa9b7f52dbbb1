import { setImmediate as immediate } from 'node:timers/promises'
import { and, asc, eq, gte, inArray, lt, sql } from 'drizzle-orm'
import type { PicturePage, PictureQuery } from '../../lib/api/datasets.ts'
import type { Picture, Split } from '../../lib/dataset/dataset.ts'
import type { Database } from './database.ts'
import { pictures as pictureTable } from './schema.ts'
import { withinTime } from './trouble.ts'

/** How many pictures stand for a version at a glance. */
const COVER = 6

/** Rows read in one go: the embedded database holds up everything else meanwhile, so these take some 20 ms. */
const AT_ONCE = 1000

export type Pictures = {
  /** In the order of the import. */
  pictures(versionId: string): Promise<Picture[]>
  /** A part of them, and how many there are of that kind. */
  page(versionId: string, query: PictureQuery): Promise<PicturePage>
  /** Pictures by class and split, in label order. */
  perClass(versionId: string, classes: number): Promise<Record<Split, number>[]>
  /** Hashes of a few pictures of each version, of as many classes as there are. */
  covers(versionIds: readonly string[]): Promise<Map<string, string[]>>
}

export function picturesIn({ db, place }: Pick<Database, 'db' | 'place'>, timeoutMs: number): Pictures {
  const ask = <T>(work: Promise<T>) => withinTime(work, timeoutMs, place)
  return {
    async pictures(versionId) {
      const all: Picture[] = []
      for (let first = 0; ; first += AT_ONCE) {
        const rows = db
          .select()
          .from(pictureTable)
          .where(
            and(
              eq(pictureTable.versionId, versionId),
              gte(pictureTable.position, first),
              lt(pictureTable.position, first + AT_ONCE),
            ),
          )
          .orderBy(asc(pictureTable.position))
        const found = await ask(rows)
        for (const { versionId: _version, position: _position, ...picture } of found) all.push(picture)
        if (found.length < AT_ONCE) return all
        await immediate()
      }
    },
    async page(versionId, { split, label, offset, limit }) {
      const wanted = and(
        eq(pictureTable.versionId, versionId),
        ...(split ? [eq(pictureTable.split, split)] : []),
        ...(label === undefined ? [] : [eq(pictureTable.label, Number(label))]),
      )
      const { hash, file, label: labelColumn, split: splitColumn, width, height } = pictureTable
      const rows = db
        .select({ hash, file, label: labelColumn, split: splitColumn, width, height })
        .from(pictureTable)
        .where(wanted)
        .orderBy(asc(pictureTable.position))
        .offset(Number(offset ?? 0))
        .limit(Number(limit ?? 100))
      const count = db.select({ total: sql<number>`count(*)::int` }).from(pictureTable).where(wanted)
      return { total: (await ask(count))[0]?.total ?? 0, pictures: await ask(rows) }
    },
    async perClass(versionId, classes) {
      const rows = db
        .select({ label: pictureTable.label, split: pictureTable.split, count: sql<number>`count(*)::int` })
        .from(pictureTable)
        .where(eq(pictureTable.versionId, versionId))
        .groupBy(pictureTable.label, pictureTable.split)
      const counts = Array.from({ length: classes }, () => ({ train: 0, validation: 0, test: 0 }))
      for (const { label, split, count } of await ask(rows)) if (counts[label]) counts[label][split] = count
      return counts
    },
    async covers(versionIds) {
      const covers = new Map<string, string[]>()
      if (versionIds.length === 0) return covers
      // The n-th picture of every class before the n+1-th of any.
      const ranked = db
        .select({
          versionId: pictureTable.versionId,
          hash: pictureTable.hash,
          label: pictureTable.label,
          round:
            sql<number>`row_number() over (partition by ${pictureTable.versionId}, ${pictureTable.label} order by ${pictureTable.position})`.as(
              'round',
            ),
        })
        .from(pictureTable)
        .where(inArray(pictureTable.versionId, [...versionIds]))
        .as('ranked')
      const rows = db
        .select({ versionId: ranked.versionId, hash: ranked.hash })
        .from(ranked)
        .where(sql`${ranked.round} <= ${COVER}`)
        .orderBy(asc(ranked.versionId), asc(ranked.round), asc(ranked.label))
      for (const { versionId, hash } of await ask(rows)) {
        const cover = covers.get(versionId) ?? []
        if (cover.length < COVER) covers.set(versionId, [...cover, hash])
      }
      return covers
    },
  }
}

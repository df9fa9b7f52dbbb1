import { asc, desc, eq, sql } from 'drizzle-orm'
import type { DatasetVersion, Picture, Split, SplitSettings } from '../../lib/dataset/dataset.ts'
import type { ImportReport } from '../../lib/dataset/report.ts'
import { Problem } from '../../lib/problem.ts'
import type { Database, Transaction } from './database.ts'
import { type Pictures, picturesIn } from './pictures.ts'
import { datasetVersions } from './schema.ts'
import { storable, storableJson } from './storable.ts'
import { withinTime } from './trouble.ts'

/** What an import found, to become a version. */
export type NewVersion = {
  name: string
  /** In label order. */
  classes: readonly string[]
  pictures: readonly Picture[]
  split: SplitSettings
  report: ImportReport
}

export type Datasets = Pictures & {
  /**
   * Stores the next version of that name. It becomes visible with all its pictures, or not at all.
   *
   * @throws Problem `datasets/bad-name`.
   */
  create(version: NewVersion): Promise<DatasetVersion>
  /** A name stands for its latest version; `name@2` and ids for one. */
  find(nameOrId: string): Promise<DatasetVersion | undefined>
  /** All versions, by name and then the newest first. */
  list(): Promise<DatasetVersion[]>
  report(versionId: string): Promise<ImportReport | undefined>
}

const MAX_NAME = 100
/** Pictures per insert: few enough that a statement is done well within the time limit. */
const BATCH = 5000
/** Row, index and the database's own log. */
const BYTES_PER_PICTURE = 1000

export function datasetsIn(
  { db, place, requireRoom }: Database,
  timeoutMs: number,
  newId: () => string,
): Datasets {
  const ask = <T>(work: Promise<T>, patience = 1) => withinTime(work, timeoutMs * patience, place)
  return {
    ...picturesIn({ db, place }, timeoutMs),
    async create(version) {
      checkName(version.name)
      await requireRoom(version.pictures.length * BYTES_PER_PICTURE)
      const patience = 1 + version.pictures.length / BATCH
      return ask(
        db.transaction((tx) => createVersion(tx, version, newId())),
        patience,
      )
    },
    async find(nameOrId) {
      const [, name = nameOrId, number] = /^(.+)@(\d{1,9})$/.exec(nameOrId) ?? []
      const named = ask(
        db
          .select()
          .from(datasetVersions)
          .where(
            number === undefined
              ? sql`${datasetVersions.dataset} = ${name} or ${datasetVersions.id} = ${name}`
              : sql`${datasetVersions.dataset} = ${name} and ${datasetVersions.version} = ${Number(number)}`,
          )
          // An id is exact, so it comes before a dataset that someone named like one.
          .orderBy(desc(sql`${datasetVersions.id} = ${name}`), desc(datasetVersions.version))
          .limit(1),
      )
      return (await named).map(versionOf)[0]
    },
    async list() {
      const all = db
        .select()
        .from(datasetVersions)
        .orderBy(asc(datasetVersions.dataset), desc(datasetVersions.version))
      return (await ask(all)).map(versionOf)
    },
    async report(versionId) {
      const found = db
        .select({ report: datasetVersions.report })
        .from(datasetVersions)
        .where(eq(datasetVersions.id, versionId))
      return (await ask(found))[0]?.report
    },
  }
}

async function createVersion(tx: Transaction, given: NewVersion, id: string): Promise<DatasetVersion> {
  const { name, classes, pictures, split, report } = given
  // Two imports of one name take their numbers one after the other.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${name}))`)
  const [last] = await tx
    .select({ version: sql<number | null>`max(${datasetVersions.version})` })
    .from(datasetVersions)
    .where(eq(datasetVersions.dataset, name))
  const [row] = await tx
    .insert(datasetVersions)
    .values({
      id,
      dataset: name,
      version: (last?.version ?? 0) + 1,
      classes: storable([...classes]),
      counts: countsOf(pictures),
      split,
      report: storable(report),
      createdAt: new Date(),
    })
    .returning()
  for (let first = 0; first < pictures.length; first += BATCH) {
    await insertPictures(tx, id, first, pictures.slice(first, first + BATCH))
  }
  return versionOf(row!)
}

/** One parameter for the whole batch: many times as fast as one per value. */
async function insertPictures(
  tx: Transaction,
  versionId: string,
  first: number,
  batch: readonly Picture[],
): Promise<void> {
  const rows = batch.map((picture, i) => ({ ...picture, position: first + i }))
  await tx.execute(sql`
    insert into pictures (version_id, position, hash, label, split, file, format, width, height, size_bytes)
    select ${versionId}, r.position, r.hash, r.label, r.split, r.file, r.format, r.width, r.height, r."sizeBytes"
    from json_to_recordset(${storableJson(rows)}::json) as r(
      position int, hash text, label int, split text, file text, format text, width int, height int,
      "sizeBytes" bigint
    )`)
}

function countsOf(pictures: readonly Picture[]): Record<Split, number> {
  const counts = { train: 0, validation: 0, test: 0 }
  for (const { split } of pictures) counts[split]++
  return counts
}

function versionOf(row: typeof datasetVersions.$inferSelect): DatasetVersion {
  const { report: _report, createdAt, ...version } = row
  return { ...version, createdAt: createdAt.toISOString() }
}

/** `@` separates a name from a version; the rest is for people who read names in lists and type them. */
function checkName(name: string): void {
  const why =
    name.trim() === ''
      ? 'it is empty'
      : name.length > MAX_NAME
        ? `it is longer than ${MAX_NAME} characters`
        : name !== name.trim()
          ? 'it begins or ends with a space'
          : /[@\p{Cc}]/u.test(name)
            ? 'it has an @ or a control character in it'
            : undefined
  if (why === undefined) return
  throw new Problem('datasets/bad-name', {
    says: `A dataset can't be named "${name}": ${why}.`,
    advice: 'Choose another name with --name.',
  })
}

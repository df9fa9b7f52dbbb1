import {
  bigint,
  bigserial,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core'
import type { RunSummary } from '../../lib/api/runs.ts'
import type { DatasetVersion, Split } from '../../lib/dataset/dataset.ts'
import type { ImportReport } from '../../lib/dataset/report.ts'
import type { Run } from '../../lib/run/run.ts'
import type { TunePlan } from '../../lib/tuning/plan.ts'
import type { TuneEnd } from '../../lib/tuning/tune.ts'

// After a change: npx drizzle-kit generate --config server/store/drizzle.config.ts --name what-changed

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })

/** Versions of datasets. A row appears together with its pictures and never changes. */
export const datasetVersions = pgTable(
  'dataset_versions',
  {
    id: text().primaryKey(),
    dataset: text().notNull(),
    version: integer().notNull(),
    classes: jsonb().$type<string[]>().notNull(),
    counts: jsonb().$type<Record<Split, number>>().notNull(),
    split: jsonb().$type<DatasetVersion['split']>().notNull(),
    report: jsonb().$type<ImportReport>().notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [unique().on(table.dataset, table.version)],
)

/** The bytes are in the blob store, by hash. */
export const pictures = pgTable(
  'pictures',
  {
    versionId: text('version_id')
      .notNull()
      .references(() => datasetVersions.id, { onDelete: 'cascade' }),
    /** Place in the order of the import. */
    position: integer().notNull(),
    hash: text().notNull(),
    label: integer().notNull(),
    split: text().$type<Split>().notNull(),
    file: text().notNull(),
    format: text().notNull(),
    width: integer().notNull(),
    height: integer().notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.versionId, table.position] })],
)

/** Searches for good settings. Their trials are runs; the rest of a tune follows from its plan and from them. */
export const tunes = pgTable('tunes', {
  id: text().primaryKey(),
  plan: jsonb().$type<TunePlan>().notNull(),
  createdAt: at('created_at').notNull(),
  /** Id of the data folder whose owner does it. */
  queue: text().notNull(),
  requestedStop: boolean('requested_stop').notNull(),
  ended: jsonb().$type<TuneEnd>(),
})

/** What it takes to number and fence a run's events; everything else about a run is its events. */
export const runs = pgTable(
  'runs',
  {
    id: text().primaryKey(),
    versionId: text('version_id')
      .notNull()
      .references(() => datasetVersions.id),
    /** Of the last event. */
    seq: integer().notNull(),
    /** The attempt that may write; 0 before the first. */
    attempt: integer().notNull(),
    createdAt: at('created_at').notNull(),
    /** Whether its last attempt has ended and no new one has begun. */
    over: boolean().notNull().default(false),
    /** Of the last event in `snapshot` and `summary`; 0 where there are none. */
    snapshotSeq: integer('snapshot_seq').notNull().default(0),
    /** The run as its events told it then, so that nobody need read its whole log (`folds.ts`). */
    snapshot: jsonb().$type<{ version: number; run: Run }>(),
    /** The same on one line, for lists. */
    summary: jsonb().$type<{ version: number; summary: RunSummary }>(),
    /** Id of the data folder whose server does it, now or after a restart; null for a command's run, which ends with it. */
    queue: text(),
    /** The tune that it is a trial of; such runs are not listed. */
    tune: text().references(() => tunes.id, { onDelete: 'cascade' }),
  },
  (table) => [index().on(table.versionId), index().on(table.tune)],
)

export const runEvents = pgTable(
  'run_events',
  {
    runId: text('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    seq: integer().notNull(),
    at: at('at').notNull(),
    attempt: integer().notNull(),
    type: text().notNull(),
    /** The event without what the other columns hold. */
    body: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.seq] })],
)

/** Processes that do runs of the queue. One that has not been heard of for a while is gone, and so is what it did. */
export const workers = pgTable('workers', {
  id: text().primaryKey(),
  machine: text().notNull(),
  /** Whose runs it does (see `queue` of runs). */
  home: text().notNull(),
  /** Id of the data folder that it owns: no other process does, so what an earlier owner held is free. */
  owns: text(),
  version: text().notNull(),
  pid: integer().notNull(),
  /** Of its devices, ids. */
  devices: jsonb().$type<string[]>().notNull(),
  /** For people, by id. */
  titles: jsonb().$type<Record<string, string>>().notNull().default({}),
  startedAt: at('started_at').notNull().defaultNow(),
  heartbeatAt: at('heartbeat_at').notNull().defaultNow(),
})

/** Which attempt has which device. The key is what keeps two from having one. */
export const deviceLeases = pgTable(
  'device_leases',
  {
    machine: text().notNull(),
    device: text().notNull(),
    runId: text('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    attempt: integer().notNull(),
    worker: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.machine, table.device] }), index().on(table.runId)],
)

/** Why the queue of a home stands still; several may have their reasons. */
export const queuePauses = pgTable(
  'queue_pauses',
  {
    home: text().notNull(),
    /** Who paused it, and alone may let it go on: `person`, `disk`. */
    by: text().notNull(),
    reason: text().notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.home, table.by] })],
)

/** Workers on other machines show the token; it is never stored. */
export const workerTokens = pgTable('worker_tokens', {
  /** sha256 of the token, hex. */
  tokenHash: text('token_hash').primaryKey(),
  createdAt: at('created_at').notNull().defaultNow(),
})

/** Links to one run. The token is shown once and never stored. */
export const shares = pgTable(
  'shares',
  {
    id: text().primaryKey(),
    runId: text('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    /** sha256 of the token, hex. */
    tokenHash: text('token_hash').notNull().unique(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at'),
  },
  (table) => [index().on(table.runId)],
)

/** Extractions that the machines of a team do together; a row lasts as long as somebody may help. */
export const extractions = pgTable('extractions', {
  id: text().primaryKey(),
  runId: text('run_id')
    .notNull()
    .references(() => runs.id, { onDelete: 'cascade' }),
  /** What to extract with. */
  task: jsonb().$type<unknown>().notNull(),
  createdAt: at('created_at').notNull(),
})

/** Parts of an extraction; whoever claims one does it. */
export const extractionSlices = pgTable(
  'extraction_slices',
  {
    extractionId: text('extraction_id')
      .notNull()
      .references(() => extractions.id, { onDelete: 'cascade' }),
    index: integer().notNull(),
    /** sha256 of its pictures. */
    pictures: jsonb().$type<string[]>().notNull(),
    /** Who does it; null while it is free. */
    worker: text(),
    claimedAt: at('claimed_at'),
    doneAt: at('done_at'),
  },
  (table) => [primaryKey({ columns: [table.extractionId, table.index] })],
)

/** What `@socket.io/postgres-adapter` says between servers and is too long for a notice; it deletes it after a while. */
export const socketIoAttachments = pgTable('socket_io_attachments', {
  id: bigserial({ mode: 'number' }).primaryKey(),
  createdAt: timestamp('created_at', { withTimezone: true }).defaultNow(),
  payload: bytea(),
})

import { and, desc, eq, gt, isNull, or } from 'drizzle-orm'
import type { Share } from '../../lib/api/shares.ts'
import type { Database } from './database.ts'
import { shares as shareTable } from './schema.ts'
import { withinTime } from './trouble.ts'

export type NewShare = {
  readonly run: string
  /** sha256 of the token, hex. */
  readonly tokenHash: string
  readonly expiresAt?: Date | undefined
}

export type Shares = {
  create(share: NewShare): Promise<Share>
  /** Those that still open something, the newest first. */
  list(run: string): Promise<Share[]>
  /** Undefined where there is none, or it has expired. */
  findByToken(tokenHash: string): Promise<Share | undefined>
  /** Whether there was one. */
  remove(id: string): Promise<boolean>
}

export function sharesIn(
  { db, place, requireRoom }: Database,
  timeoutMs: number,
  newId: () => string,
): Shares {
  const ask = <T>(work: Promise<T>) => withinTime(work, timeoutMs, place)
  const valid = () => or(isNull(shareTable.expiresAt), gt(shareTable.expiresAt, new Date()))
  return {
    async create({ run, tokenHash, expiresAt }) {
      await requireRoom(0)
      const row = { id: newId(), runId: run, tokenHash, createdAt: new Date(), expiresAt: expiresAt ?? null }
      await ask(db.insert(shareTable).values(row).execute())
      return shareOf(row)
    },
    async list(run) {
      const rows = db
        .select()
        .from(shareTable)
        .where(and(eq(shareTable.runId, run), valid()))
        .orderBy(desc(shareTable.createdAt), desc(shareTable.id))
      return (await ask(rows.execute())).map(shareOf)
    },
    async findByToken(tokenHash) {
      const rows = db
        .select()
        .from(shareTable)
        .where(and(eq(shareTable.tokenHash, tokenHash), valid()))
      return (await ask(rows.execute())).map(shareOf)[0]
    },
    async remove(id) {
      const removed = db.delete(shareTable).where(eq(shareTable.id, id)).returning({ id: shareTable.id })
      return (await ask(removed.execute())).length > 0
    },
  }
}

function shareOf({
  id,
  runId,
  createdAt,
  expiresAt,
}: Omit<typeof shareTable.$inferSelect, 'tokenHash'>): Share {
  return {
    id,
    run: runId,
    createdAt: createdAt.toISOString(),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
  }
}

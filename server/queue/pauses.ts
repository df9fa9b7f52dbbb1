import { and, asc, eq } from 'drizzle-orm'
import type { Database } from '../store/database.ts'
import { queuePauses } from '../store/schema.ts'

type Queries = Pick<Database['db'], 'select' | 'insert' | 'delete'>

/** Who may pause a queue; each for reasons of its own, which it alone takes away again. */
export const PAUSERS = ['person', 'disk'] as const
export type Pauser = (typeof PAUSERS)[number]

export type Pause = { readonly by: Pauser; readonly reason: string; readonly at: Date }

export async function pauses(db: Queries, home: string): Promise<Pause[]> {
  const rows = await db
    .select()
    .from(queuePauses)
    .where(eq(queuePauses.home, home))
    .orderBy(asc(queuePauses.at))
  return rows.map(({ by, reason, at }) => ({ by: by as Pauser, reason, at }))
}

export async function pause(db: Queries, home: string, by: Pauser, reason: string): Promise<void> {
  await db
    .insert(queuePauses)
    .values({ home, by, reason })
    .onConflictDoUpdate({ target: [queuePauses.home, queuePauses.by], set: { reason } })
}

export async function resume(db: Queries, home: string, by: Pauser): Promise<void> {
  await db.delete(queuePauses).where(and(eq(queuePauses.home, home), eq(queuePauses.by, by)))
}

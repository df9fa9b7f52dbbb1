import { eq } from 'drizzle-orm'
import { Problem } from '../../lib/problem.ts'
import { hashOfToken, newToken } from '../sharing/tokens.ts'
import type { Database } from '../store/database.ts'
import { workerTokens } from '../store/schema.ts'

type Queries = Pick<Database['db'], 'select' | 'insert' | 'delete'>

/** A new token for workers, told this once; those that were there before no longer count. */
export async function renewWorkerToken(db: Queries): Promise<string> {
  const token = newToken()
  await db.delete(workerTokens)
  await db.insert(workerTokens).values({ tokenHash: hashOfToken(token) })
  return token
}

/** @throws Problem `worker/token`. */
export async function demandWorkerToken(db: Queries, token: string | undefined): Promise<void> {
  const known = db
    .select()
    .from(workerTokens)
    .where(eq(workerTokens.tokenHash, hashOfToken(token ?? '')))
  if (token && (await known).length > 0) return
  throw new Problem('worker/token', {
    says: token ? 'This worker token is not the one that counts.' : 'A worker needs a token.',
    advice: 'Make one with "whippet worker token" beside the server, and give it in WHIPPET_WORKER_TOKEN.',
  })
}

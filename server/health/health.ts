import type { Problem } from '../../lib/problem.ts'
import type { Store } from '../store/open.ts'

/** One thing that a server needs to be of use; `says` is why it isn't there. */
export type Check = { readonly name: string; readonly ok: boolean; readonly says?: string }

export type Readiness = { readonly ready: boolean; readonly checks: readonly Check[] }

/** What pages are: absent where the server has none. */
export type PagesState = { readonly ready: boolean; readonly trouble?: Problem | undefined }

export type HealthSettings = {
  readonly store: Pick<Store, 'ping'>
  /** Whether runs of a former server have been taken up. */
  readonly queueTakenUp: () => boolean
  readonly pages: () => PagesState | undefined
}

/** Whether requests are of use now: what a load balancer asks before it sends any. Each check says what is missing. */
export async function readinessOf({ store, queueTakenUp, pages }: HealthSettings): Promise<Readiness> {
  const checks = [await databaseCheck(store), queueCheck(queueTakenUp()), ...pagesCheck(pages())]
  return { ready: checks.every(({ ok }) => ok), checks }
}

async function databaseCheck(store: Pick<Store, 'ping'>): Promise<Check> {
  const name = 'database'
  try {
    await store.ping()
    return { name, ok: true }
  } catch (thrown) {
    return { name, ok: false, says: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

function queueCheck(ok: boolean): Check {
  return {
    name: 'queue',
    ok,
    ...(!ok && { says: 'The queue has not been taken up yet, or is being closed.' }),
  }
}

function pagesCheck(pages: PagesState | undefined): Check[] {
  if (!pages) return []
  const says = pages.trouble ? pages.trouble.says : 'The pages are being built.'
  return [{ name: 'pages', ok: pages.ready, ...(!pages.ready && { says }) }]
}

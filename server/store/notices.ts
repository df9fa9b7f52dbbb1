import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Place } from './feed.ts'

export const CHANNEL = 'whippet_runs'
/** A connection that is dead without having said so is found within this time. */
const HEARTBEAT_MS = 10_000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 5000

/** A notice has ids only: who wants the events reads them. `origin` tells a store its own notices. */
export function noticeOf({ runId, seq }: Place, origin: string): string {
  return `${runId} ${seq} ${origin}`
}

export function placeIn(notice: string | undefined): (Place & { origin: string }) | undefined {
  const [runId, seq, origin] = (notice ?? '').split(' ')
  return runId && origin && Number(seq) > 0 ? { runId, seq: Number(seq), origin } : undefined
}

export type Hearing = {
  onNotice(notice: string | undefined): void
  /** `again`: the connection was lost in between, and notices with it. `still`: tells every few seconds. */
  onListening(how: 'first' | 'again' | 'still'): Promise<void>
}

export type Notices = { close(): Promise<void> }

/** A connection that listens; `broken` resolves when it no longer does. */
type Line = { readonly broken: Promise<void>; end(): Promise<void> }

/**
 * Listens for notices on a connection of its own, and connects again whenever it breaks.
 *
 * @returns once it listens for the first time. @throws what the driver throws where it can't.
 */
export async function hearNotices(settings: pg.ClientConfig, hearing: Hearing): Promise<Notices> {
  const stop = new AbortController()
  let line = await listen(settings, hearing, 'first')
  const listening = goOn()

  async function goOn(): Promise<void> {
    for (;;) {
      await line.broken
      await line.end()
      for (let wait = FIRST_RETRY_MS; !stop.signal.aborted; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
        try {
          line = await listen(settings, hearing, 'again')
          break
        } catch {
          // The next try may do; meanwhile queries say what is wrong.
          await pause(wait, undefined, { signal: stop.signal, ref: false }).catch(() => undefined)
        }
      }
      if (stop.signal.aborted) return
    }
  }

  return {
    async close() {
      stop.abort()
      await line.end()
      await listening
      await line.end()
    },
  }
}

async function listen(settings: pg.ClientConfig, hearing: Hearing, how: 'first' | 'again'): Promise<Line> {
  const client = new pg.Client({ ...settings, keepAlive: true, query_timeout: HEARTBEAT_MS })
  const broken = new Promise<void>((resolve) => {
    client.on('error', () => resolve())
    client.on('end', () => resolve())
  })
  client.on('notification', ({ payload }) => hearing.onNotice(payload))
  const end = () => client.end().catch(() => undefined)
  try {
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
    await hearing.onListening(how)
  } catch (thrown) {
    await end()
    throw thrown
  }
  const beat = async () => {
    await client.query('select 1')
    await hearing.onListening('still')
  }
  const heart = setInterval(() => void beat().catch(end), HEARTBEAT_MS).unref()
  void broken.then(() => clearInterval(heart))
  return { broken, end }
}

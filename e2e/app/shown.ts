import type { Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import type { EventsMessage, SkippedMessage } from '../../lib/live/protocol.ts'
import type { Run } from '../../lib/run/run.ts'

/** Opens a page and waits until it listens: what the server drew takes no file and no key yet. */
export async function openLive(page: Page, url: string): Promise<void> {
  await page.goto(url)
  // Only the live connection brings them.
  await page.locator('#places h2').waitFor({ state: 'attached' })
}

/** Waits until two pages tell the same: parts that are loaded late come when they come. */
export async function comeToTheSame(one: Page, other: Page): Promise<void> {
  const same = async () => expect(await shownOn(one)).toBe(await shownOn(other))
  await vi.waitFor(same, { timeout: 30_000, interval: 200 })
}

/** Everything that a run's page tells, as assistive technology hears it: figures, curves in words, tables. */
function shownOn(page: Page): Promise<string> {
  return page.getByRole('main').ariaSnapshot()
}

/** Waits until a page shows a run's end. */
export async function endShown(page: Page, run: Run): Promise<void> {
  const words = run.state.status === 'succeeded' ? 'done' : run.state.status
  await page.getByRole('main').getByText(words, { exact: true }).first().waitFor()
}

/** Waits until a page tells of an epoch after `epoch`. @returns which one. */
export async function epochAfter(page: Page, epoch: number): Promise<number> {
  const found = await page.waitForFunction((before) => {
    const [, shown] = /epoch ([\d,]+) of/.exec(document.querySelector('main')?.textContent ?? '') ?? []
    const number = Number(shown?.replaceAll(',', ''))
    return number > before && number
  }, epoch)
  return Number(await found.jsonValue())
}

/** Numbers of the events of one run that reach a page, in the order in which they do, as its sockets carry them. */
export function seqsHeard(page: Page): number[] {
  const seqs: number[] = []
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      // Socket.IO: 42 is a message, 43 an answer, with its number.
      const [, json] = /^4[23]\d*(\[.*)$/s.exec(String(payload)) ?? []
      if (json === undefined) return
      for (const part of JSON.parse(json) as unknown[]) {
        const { events, skipped } = (part ?? {}) as Partial<EventsMessage & SkippedMessage>
        if (Array.isArray(events)) seqs.push(...events.map(({ seq }) => seq))
        for (let seq = skipped?.from ?? 1; seq <= (skipped?.to ?? 0); seq++) seqs.push(seq)
      }
    }),
  )
  return seqs
}

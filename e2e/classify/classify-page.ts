import type { Page } from 'playwright-core'
import type { Backend } from '../../lib/classify/browser/backend-names.ts'
import type { TestPicture } from './encodings.ts'

/** Software GPUs are slow, not stuck. */
const PATIENCE_MS = 180_000

export type Said = {
  readonly verdict: string
  readonly sure: boolean
  readonly top: readonly { readonly label: string; readonly percent: number }[]
  readonly backend: string | null
  readonly milliseconds: number
}

/** Opens a page with a classify box and waits until its model runs. @returns milliseconds from the start till then. */
export async function openClassifyPage(page: Page, url: string, backend?: Backend): Promise<number> {
  const started = performance.now()
  await page.goto(backend ? `${url}?backend=${backend}` : url)
  await page.waitForSelector('[data-status=ready]', { timeout: PATIENCE_MS })
  return performance.now() - started
}

/** Gives the page a picture as its file input would get it, and reads what it says. */
export async function classifyOnPage(page: Page, { name, mimeType, bytes }: TestPicture): Promise<Said> {
  const remove = page.getByRole('button', { name: 'Remove' })
  if (await remove.isVisible()) await remove.click()
  await page.waitForSelector('[data-status=ready]', { timeout: PATIENCE_MS })
  await page.locator('input[type=file]').first().setInputFiles({ name, mimeType, buffer: bytes })
  return readAnswer(page)
}

/** What the page says once it has looked. */
export async function readAnswer(page: Page): Promise<Said> {
  await page.waitForSelector('[data-status=seen]', { timeout: PATIENCE_MS })
  const said = await page.getByLabel('Answer').evaluate((card) => ({
    verdict: card.querySelector('[data-verdict]')?.textContent ?? '',
    lines: [...card.querySelectorAll('ol li')].map((line) =>
      [...line.querySelectorAll('span')].slice(0, 2).map((part) => part.textContent ?? ''),
    ),
    time: card.querySelector('[data-time]')?.textContent ?? '',
  }))
  const backend = await page.locator('[data-status]').getAttribute('data-backend')
  return {
    verdict: said.verdict,
    sure: said.verdict !== 'Not sure',
    top: said.lines.map(([label = '', percent = '']) => ({ label, percent: Number.parseFloat(percent) })),
    backend,
    milliseconds: Number.parseFloat(said.time),
  }
}

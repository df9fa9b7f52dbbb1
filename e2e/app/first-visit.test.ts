import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { percent } from '../../lib/figures.ts'
import { describeUnless } from '../../scripts/describe-unless.ts'
import type { Running } from '../../server/main.ts'
import { classifyOnPage } from '../classify/classify-page.ts'
import { drawShapes } from '../cli/whippet.ts'
import { chromiumPath, launchChromium, NO_CHROMIUM } from '../setup/chromium.ts'
import { logOf } from '../setup/rest.ts'
import { startTestServer } from '../setup/test-server.ts'
import { openLive } from './shown.ts'

/** Each test goes on where the one before it ended, as a visitor would. */
describeUnless(
  chromiumPath() ? undefined : NO_CHROMIUM,
  'from an empty data folder to a shared model',
  { timeout: 240_000 },
  () => {
    let folder: string
    let server: Running
    let browser: Browser
    let page: Page
    let run: string

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'whippet-first-'))
      await drawShapes(join(folder, 'shapes'))
      server = await startTestServer(join(folder, 'data'))
      browser = await launchChromium()
      page = await (await browser.newContext()).newPage()
      page.setDefaultTimeout(60_000)
    }, 400_000)
    afterAll(async () => {
      await browser?.close()
      await server?.stop()
      await rm(folder, { recursive: true, force: true })
    })
    const heading = () => page.getByRole('heading', { level: 1 })

    test('each empty page says what to do first', async () => {
      await page.goto(server.url)
      await page.getByRole('heading', { name: 'Welcome to Whippet' }).waitFor()
      await page.getByRole('link', { name: 'Open the demo' }).waitFor()
      await page.goto(`${server.url}/runs`)
      await page.getByText('No run yet').waitFor()
      await page.goto(`${server.url}/runs/new`)
      await page.getByText('A run needs a dataset').waitFor()
      await page.getByRole('link', { name: 'Add pictures' }).click()
      await page.getByText('None yet: drop pictures to make the first.').waitFor()
    })

    test('a folder is uploaded and its report is shown', async () => {
      await page.getByLabel('A folder', { exact: true }).setInputFiles(join(folder, 'shapes'))
      await page.getByText('36 pictures in 3 classes').waitFor()
      await expect(page.getByLabel('Name of the dataset').inputValue()).resolves.toBe('shapes')
      await page.getByRole('button', { name: 'Upload and import' }).click()
      await page.waitForURL(/\/datasets\/[\w-]+$/)
      await page.getByText('36 of 36 files imported, none skipped.').waitFor()
      await expect(heading().textContent()).resolves.toBe('shapes@1')
      const pictures = page.getByRole('region', { name: 'Pictures' }).locator('img')
      await pictures.first().waitFor()
      await expect(pictures.first().evaluate(loaded)).resolves.toBe(true)
    })

    test('a run is started and watched, without a reload, to its result', async () => {
      await page.getByRole('link', { name: 'New run' }).click()
      await page.waitForURL(/\/runs\/new/)
      await page.evaluate(() => Object.assign(window, { sameDocument: true }))
      await page.getByRole('button', { name: 'Start' }).click()
      await page.waitForURL(/\/runs\/(?!new)[\w-]+$/)
      run = page.url().split('/').at(-1)!
      await page.getByRole('link', { name: 'Try the model' }).waitFor()
      expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
      const { evaluation } = (await logOf(server.url, run)).run
      const figures = await page.getByRole('main').textContent()
      expect(figures).toContain(`Top-1${percent(evaluation!.top1)}`)
      for (const name of ['Confusion', 'Per class', 'Worst mistakes']) {
        await page.getByRole('heading', { name }).first().waitFor()
      }
    })

    test('the model classifies on its page', async () => {
      await page.getByRole('link', { name: 'Try the model' }).click()
      await page.waitForURL(/\/models\//)
      await page.waitForSelector('[data-status=ready]', { timeout: 180_000 })
      const bytes = await readFile(join(folder, 'shapes', 'disc', 'disc-6.png'))
      const { top } = await classifyOnPage(page, { name: 'disc.png', mimeType: 'image/png', bytes })
      expect(top).toHaveLength(3)
      expect(top[0]!.label).toBe('Disc')
    })

    test('a link opens the run elsewhere, and nothing more; once revoked, the viewer is told within 2 s', async () => {
      await openLive(page, `${server.url}/runs/${run}`)
      await page.getByRole('button', { name: 'Share' }).click()
      await page.getByRole('button', { name: 'Make a link' }).click()
      const link = await page.getByLabel('The link', { exact: true }).inputValue()
      expect(link).toMatch(/\/s\/[\w-]{22,}$/)

      const elsewhere = await browser.newContext()
      const viewer = await elsewhere.newPage()
      await viewer.goto(link)
      await viewer.waitForSelector('[data-status=ready]', { timeout: 180_000 })
      await expect(viewer.getByRole('heading', { level: 1 }).textContent()).resolves.toContain('shapes')
      await expect(viewer.getByRole('navigation').count()).resolves.toBe(0)
      await expect(viewer.getByRole('button', { name: 'Share' }).count()).resolves.toBe(0)

      await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'DELETE'),
        page.getByRole('button', { name: 'Revoke' }).click(),
      ])
      await viewer.getByRole('heading', { name: 'This link no longer holds.' }).waitFor({ timeout: 2000 })
      await viewer.reload()
      await viewer.getByText('This link does not open anything.').waitFor()
      await page.getByText('No link holds now.').waitFor()
      await elsewhere.close()
    })
  },
)

const loaded = (image: Element) => (image as HTMLImageElement).decode().then(() => true)

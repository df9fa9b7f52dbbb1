import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeUnless } from '../../scripts/describe-unless.ts'
import type { Running } from '../../server/main.ts'
import { drawShapes, whippetJson } from '../cli/whippet.ts'
import { chromiumPath, launchChromium, NO_CHROMIUM } from '../setup/chromium.ts'
import { ask } from '../setup/rest.ts'
import { startTestServer } from '../setup/test-server.ts'
import { focusByTab } from './keyboard.ts'
import { openLive } from './shown.ts'

describeUnless(chromiumPath() ? undefined : NO_CHROMIUM, 'every page', { timeout: 240_000 }, () => {
  let folder: string
  let server: Running
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let run: string
  let dataset: string
  let shared: string
  let tune: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whippet-every-'))
    const data = join(folder, 'data')
    await drawShapes(join(folder, 'shapes'))
    await whippetJson(data, 'import', join(folder, 'shapes'), '--name', 'shapes')
    run = (await whippetJson<{ run: string }>(data, 'train', '--dataset', 'shapes')).run
    tune = (await whippetJson<{ tune: string }>(data, 'tune', '--dataset', 'shapes', '--trials', '2')).tune
    server = await startTestServer(data)
    const { datasets } = await ask<{ datasets: { id: string }[] }>(server.url, '/api/datasets')
    dataset = datasets[0]!.id
    shared = (await ask<{ share: { path: string } }>(server.url, `/api/runs/${run}/shares`, {})).share.path
    browser = await launchChromium()
  }, 400_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    context = await browser.newContext({ reducedMotion: 'reduce' })
    context.setDefaultTimeout(60_000)
    page = await context.newPage()
  })
  afterEach(() => context.close())

  const paths = () => [
    '/',
    '/datasets',
    `/datasets/${dataset}`,
    '/runs',
    '/runs/new',
    `/runs/${run}`,
    `/tunes/${tune}`,
    `/models/${run}`,
    '/demo',
    '/settings',
    shared,
    '/s/a-link-that-was-revoked',
    '/nowhere',
  ]
  /** Opened, and what comes after the first drawing has come. */
  const open = async (path: string) => {
    await page.goto(server.url + path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    if (path === `/models/${run}` || path === '/demo' || path === shared)
      await page.waitForSelector('[data-status=ready]', { timeout: 180_000 })
    if (path === `/runs/${run}`) await page.getByRole('img', { name: /^Loss by/ }).waitFor()
  }
  const wider = () =>
    page.evaluate(() => {
      const limit = document.documentElement.clientWidth
      if (document.documentElement.scrollWidth <= limit) return []
      const out = [...document.querySelectorAll('main *')].filter(
        (element) => element.getBoundingClientRect().right > limit + 1,
      )
      return ['the page', ...out.slice(0, 3).map((element) => element.outerHTML.slice(0, 120))]
    })
  const serious = async () => {
    const { violations } = await new AxeBuilder({ page }).analyze()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' ')}`)
  }

  test('is no wider than the screen at 390 and 1440 px, and axe finds nothing serious, light and dark', async () => {
    const found: Record<string, unknown> = {}
    for (const path of paths()) {
      await page.setViewportSize({ width: 390, height: 844 })
      await open(path)
      for (const width of [390, 1440]) {
        await page.setViewportSize({ width, height: 844 })
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          const troubles = [...(await wider()), ...(await serious())]
          if (troubles.length > 0) found[`${path}, ${width} px, ${colorScheme}`] = troubles
        }
      }
    }
    expect(found).toEqual({})
  })

  test('has one heading, a title of its own, and says where one is', async () => {
    const titles: string[] = []
    for (const path of paths().slice(0, 8)) {
      await page.goto(server.url + path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expect(page.getByRole('heading', { level: 1 }).count()).resolves.toBe(1)
      await expect(page.locator('nav [aria-current=page]').count()).resolves.toBe(1)
      titles.push(await page.title())
    }
    expect(new Set(titles).size).toBe(titles.length)
  })

  test('dialogs, open menus and the narrow menu hold to it too', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await openLive(page, `${server.url}/runs/${run}`)
    await page.getByRole('button', { name: 'Open the menu' }).click()
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
    expect([await wider(), await serious()]).toEqual([[], []])
    await page.getByRole('button', { name: 'Close the menu' }).click()
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByRole('button', { name: 'Make a link' }).click()
    await page.getByLabel('The link', { exact: true }).waitFor()
    expect([await wider(), await serious()]).toEqual([[], []])
    await page.getByRole('combobox').click()
    await page.getByRole('option', { name: 'for a week' }).waitFor()
    expect([await wider(), await serious()]).toEqual([[], []])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('a run is chosen, started and followed by keyboard alone', async () => {
    await openLive(page, server.url)
    await page.keyboard.press('Tab')
    await expect(page.evaluate(() => document.activeElement?.textContent)).resolves.toBe(
      'Skip to the content',
    )
    await page.keyboard.press('Enter')
    await focusByTab(page, 'link', 'New run')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\/new/)
    await focusByTab(page, 'combobox', 'Dataset')
    await focusByTab(page, 'radio', 'Exact')
    await page.keyboard.press('ArrowRight')
    await page.getByRole('radio', { name: 'SGD', checked: true }).waitFor()
    await focusByTab(page, 'textbox', 'Epochs')
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\/(?!new)[\w-]+$/)
    await page.getByRole('link', { name: 'Try the model' }).waitFor()
    const { run: started } = await ask<{ run: { settings: unknown } }>(
      server.url,
      `/api${new URL(page.url()).pathname}`,
    )
    expect(started.settings).toMatchObject({ solver: { kind: 'sgd', epochs: 3 } })
    await focusByTab(page, 'button', 'Share')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Share this run' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect(page.evaluate(() => document.activeElement?.textContent)).resolves.toBe('Share')
  })
})

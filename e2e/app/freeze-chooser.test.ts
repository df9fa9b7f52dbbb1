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
import { logOf } from '../setup/rest.ts'
import { startTestServer } from '../setup/test-server.ts'
import { openLive } from './shown.ts'

describeUnless(chromiumPath() ? undefined : NO_CHROMIUM, 'the freeze chooser', { timeout: 240_000 }, () => {
  let folder: string
  let server: Running
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whippet-chooser-'))
    const data = join(folder, 'data')
    await drawShapes(join(folder, 'shapes'))
    await whippetJson(data, 'import', join(folder, 'shapes'), '--name', 'shapes')
    server = await startTestServer(data)
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
    await openLive(page, `${server.url}/runs/new`)
  })
  afterEach(() => context.close())

  const cut = () => page.getByRole('slider', { name: /^Cut/ })
  const group = (name: string) => page.getByRole('switch', { name: new RegExp(`^Train ${name}:`) })
  const strategy = (name: string) => page.getByRole('radio', { name, exact: true })
  /** Waits until the plan says so. */
  const planned = (text: string | RegExp) =>
    page.locator('[aria-label="The plan"][aria-busy="false"]').getByText(text).first().waitFor()

  test('the cut moves by keys, a group by a click, and the plan follows', async () => {
    await planned('3.4 M')
    await cut().press('ArrowLeft')
    await cut().press('ArrowLeft')
    expect(await cut().getAttribute('aria-valuetext')).toBe(
      'before blocks.6: 7 of 9 groups frozen, 2 trained, and the head',
    )
    expect(await strategy('Last groups').getAttribute('aria-checked')).toBe('true')
    await planned('7 × 7 × 192')
    await group('blocks.3').press(' ')
    expect(await strategy('Chosen groups').getAttribute('aria-checked')).toBe('true')
    await planned(/frozen behind a trained group/)
    await cut().press('Home')
    expect(await strategy('Everything').getAttribute('aria-checked')).toBe('true')
    await planned('224 × 224 × 3')
    await cut().press('End')
    expect(await strategy('Features only').getAttribute('aria-checked')).toBe('true')
  })

  test('the cut is dragged', async () => {
    await cut().scrollIntoViewIfNeeded()
    const from = (await cut().boundingBox())!
    const to = (await group('blocks.5').boundingBox())!
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
    await page.mouse.down()
    await page.mouse.move(to.x + 4, from.y + from.height / 2, { steps: 6 })
    await page.mouse.up()
    expect(await cut().getAttribute('aria-valuenow')).toBe('6')
    expect(await group('blocks.5').getAttribute('aria-checked')).toBe('true')
    expect(await group('blocks.4').getAttribute('aria-checked')).toBe('false')
  })

  test('patterns show the names that they match, and near names where they match nothing', async () => {
    await strategy('Patterns').click()
    const trained = page.getByLabel('Trained, beside the head')
    await trained.fill('block.6')
    await page.getByText('Did you mean blocks.6').waitFor()
    await trained.fill('conv_head')
    await page.getByText('trains 1 weight').click()
    await page.getByText('conv_head.weight', { exact: true }).waitFor()
  })

  test.each(['Features only', 'Everything', 'Gradual', 'Patterns'])('%s: axe finds nothing', async (name) => {
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      await strategy(name).click()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
    }
  })

  test('what was chosen is what is run, and its page says so', async () => {
    await cut().press('ArrowLeft')
    await page.getByLabel('Epochs', { exact: true }).fill('1')
    await page.getByText('augmentation, views').click()
    await page.getByLabel('Cached views per picture').fill('1')
    await page.getByRole('button', { name: /^Start/ }).click()
    await page.waitForURL(/\/runs\/(?!new)/)
    const main = page.getByRole('main')
    await main.getByText('1 group + head trained').waitFor()
    await main.getByText('done', { exact: true }).waitFor({ timeout: 200_000 })
    await main.getByText('partial fine-tuning, the last group').waitFor()
    const { run } = await logOf(server.url, page.url().split('/').at(-1)!)
    expect(run.settings).toMatchObject({ strategy: 'partial-fine-tuning', freeze: { groups: 1 } })
    expect(run.plan?.phases?.map(({ name, epochs }) => [name, epochs])).toEqual([
      ['head', 0],
      ['fine-tuning', 1],
    ])
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isOver } from '../../lib/run/run.ts'
import { describeUnless } from '../../scripts/describe-unless.ts'
import { drawShapes, whippetJson } from '../cli/whippet.ts'
import { chromiumPath, launchChromium, NO_CHROMIUM } from '../setup/chromium.ts'
import { type Line, openLine } from '../setup/line.ts'
import { ENDLESS, logOf, startRun, stopAll } from '../setup/rest.ts'
import { type Served, serve } from '../setup/serve.ts'
import { comeToTheSame, endShown, epochAfter, openLive, seqsHeard } from './shown.ts'

describeUnless(chromiumPath() ? undefined : NO_CHROMIUM, 'a run’s page', { timeout: 180_000 }, () => {
  let folder: string
  let data: string
  let server: Served
  let line: Line
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whippet-live-'))
    data = join(folder, 'data')
    await drawShapes(join(folder, 'shapes'))
    await whippetJson(data, 'import', join(folder, 'shapes'), '--name', 'shapes')
    server = await serve(data)
    line = await openLine(server.port)
    browser = await launchChromium()
  }, 400_000)
  afterAll(async () => {
    await browser?.close()
    await line?.close()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    context = await browser.newContext()
    context.setDefaultTimeout(60_000)
    page = await context.newPage()
  })
  afterEach(async () => {
    await context.close()
    await stopAll(server.url)
  })

  const open = async (run: string, url = line.url) => {
    await openLive(page, `${url}/runs/${run}`)
    return epochAfter(page, 0)
  }
  /** As a person does it. */
  const stop = async () => {
    await page.getByRole('button', { name: 'Stop and keep best' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop and keep best' }).click()
    await page.getByRole('link', { name: 'Try the model' }).waitFor()
  }
  /** What the page came to is what the log folds to, and what a page that was opened only now shows. */
  const expectTheLog = async (run: string) => {
    const log = await logOf(server.url, run)
    expect(log.events.map(({ seq }) => seq)).toEqual(log.events.map((_, i) => i + 1))
    expect(isOver(log.run.state)).toBe(true)
    await endShown(page, log.run)
    const fresh = await context.newPage()
    await fresh.goto(`${server.url}/runs/${run}`)
    await endShown(fresh, log.run)
    await fresh.getByRole('img', { name: /^Loss by/ }).waitFor()
    await comeToTheSame(page, fresh)
    await fresh.close()
    return log
  }

  const trainsAgain = async (run: string) => {
    const { events } = await logOf(server.url, run)
    return events.some(({ attempt, type }) => attempt === 2 && type === 'point')
  }

  test('a connection that breaks again and again costs no event and doubles none', async () => {
    const run = await startRun(server.url, 'shapes', ENDLESS)
    const heard = seqsHeard(page)
    let epoch = await open(run)
    for (let round = 0; round < 3; round++) {
      line.cut()
      await page.getByText('The connection to the server is lost.').waitFor()
      line.mend()
      epoch = await epochAfter(page, epoch)
      await page.getByText('The connection to the server is lost.').waitFor({ state: 'detached' })
    }
    await stop()
    const { events } = await expectTheLog(run)
    const first = heard[0]!
    expect(heard).toEqual(events.slice(first - 1).map(({ seq }) => seq))
  })

  test('two tabs, one of which came later, tell the same', async () => {
    const run = await startRun(server.url, 'shapes', ENDLESS)
    const epoch = await open(run)
    const other = await context.newPage()
    await other.goto(`${line.url}/runs/${run}`)
    await Promise.all([epochAfter(page, epoch), epochAfter(other, epoch)])
    await stop()
    const log = await expectTheLog(run)
    await endShown(other, log.run)
    await comeToTheSame(other, page)
  })

  test('a server that is killed and started again goes on with the run, and so does its page', async () => {
    const run = await startRun(server.url, 'shapes', ENDLESS)
    await open(run)
    await page.evaluate(() => Object.assign(window, { sameDocument: true }))
    await server.kill()
    await page.getByText('The connection to the server is lost.').waitFor()
    server = await serve(data)
    line.leadTo(server.port)
    await page.getByText('The connection to the server is lost.').waitFor({ state: 'detached' })
    await expect.poll(() => trainsAgain(run), { timeout: 60_000 }).toBe(true)
    await stop()
    const { events } = await expectTheLog(run)
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
    const attempts = events.flatMap((event) => (event.type === 'started' ? [event] : []))
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(events.filter(({ type }) => ['succeeded', 'stopped', 'failed'].includes(type))).toHaveLength(1)
    expect(isRunning(attempts[0]!.pid)).toBe(false)
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

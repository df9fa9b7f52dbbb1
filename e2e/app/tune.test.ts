import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeUnless } from '../../scripts/describe-unless.ts'
import type { Running } from '../../server/main.ts'
import { drawShapes, whippetJson } from '../cli/whippet.ts'
import { chromiumPath, launchChromium, NO_CHROMIUM } from '../setup/chromium.ts'
import { ask } from '../setup/rest.ts'
import { startTestServer } from '../setup/test-server.ts'

describeUnless(chromiumPath() ? undefined : NO_CHROMIUM, 'trying settings', { timeout: 240_000 }, () => {
  let folder: string
  let server: Running
  let browser: Browser

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whippet-try-'))
    await drawShapes(join(folder, 'shapes'))
    await whippetJson(join(folder, 'data'), 'import', join(folder, 'shapes'), '--name', 'shapes')
    server = await startTestServer(join(folder, 'data'))
    browser = await launchChromium()
  }, 400_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('from New run to a table that fills, a stop, and a run with the best settings', async () => {
    const page = await browser.newPage()
    page.setDefaultTimeout(120_000)
    await page.goto(`${server.url}/runs/new`)
    await page.getByRole('button', { name: 'Try 20 settings' }).click()
    await page.getByRole('heading', { name: /^shapes@1/ }).waitFor()
    const judged = page.getByRole('row', { name: /^1 Trial \d+/ })
    await judged.waitFor()
    await page.getByRole('button', { name: 'Stop and keep best' }).click()
    await page.getByRole('heading', { name: 'The winner' }).waitFor()
    expect(await page.getByRole('row', { name: /waiting/ }).count()).toBe(0)

    await page.goto(`${server.url}/runs`)
    expect((await ask<{ runs: unknown[] }>(server.url, '/api/runs')).runs).toEqual([])
    await page.getByRole('link', { name: /shapes@1.*of 20, best/ }).click()
    await page.getByRole('button', { name: 'Train this' }).click()
    await page.waitForURL(/\/runs\/\w+$/)
    const { runs } = await ask<{ runs: { id: string }[] }>(server.url, '/api/runs')
    expect(runs.map(({ id }) => `/runs/${id}`)).toEqual([new URL(page.url()).pathname])
    await page.close()
  })
})

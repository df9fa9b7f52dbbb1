import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeUnless } from '../../scripts/describe-unless.ts'
import { isSigned } from '../../server/alerts/send.ts'
import type { Running } from '../../server/main.ts'
import { drawShapes, whippetJson } from '../cli/whippet.ts'
import { chromiumPath, launchChromium, NO_CHROMIUM } from '../setup/chromium.ts'
import { ask, ENDLESS, startRun } from '../setup/rest.ts'
import { startTestServer } from '../setup/test-server.ts'

declare global {
  interface Window {
    /** Title and text of the notifications that the page has shown. */
    shown: [string, string | undefined][]
  }
}

describeUnless(chromiumPath() ? undefined : NO_CHROMIUM, 'alerts', { timeout: 240_000 }, () => {
  let folder: string
  let server: Running
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let receiver: Server
  const received: { body: string; signature: string }[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whippet-settings-'))
    const data = join(folder, 'data')
    await drawShapes(join(folder, 'shapes'))
    await whippetJson(data, 'import', join(folder, 'shapes'), '--name', 'shapes')
    receiver = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      received.push({ body, signature: String(request.headers['whippet-signature']) })
      response.writeHead(204).end()
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    server = await startTestServer(data)
    browser = await launchChromium()
  }, 400_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    receiver?.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    context = await browser.newContext({ permissions: ['notifications'] })
    context.setDefaultTimeout(60_000)
    page = await context.newPage()
    await page.addInitScript(() => {
      window.shown = []
      const Real = window.Notification
      window.Notification = class extends Real {
        constructor(title: string, options?: NotificationOptions) {
          super(title, options)
          window.shown.push([title, options?.body])
        }
      }
    })
  })
  afterEach(() => context.close())

  test('a webhook is set, tested and turned off on the page of settings; its secret signs what arrives', async () => {
    await page.goto(`${server.url}/settings`)
    const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    await page.getByLabel('Webhook').fill(hook)
    await page.getByRole('button', { name: 'Turn on' }).click()
    const secret = await page.getByLabel('The secret that signs alerts').inputValue()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('The test alert was received.').waitFor()
    const { body, signature } = received[0]!
    expect(JSON.parse(body)).toMatchObject({ kind: 'test' })
    expect(isSigned(signature, body, secret)).toBe(true)

    await page.getByRole('button', { name: 'Turn off' }).click()
    await page.getByText('No more alerts are sent.').waitFor()
    await page.getByRole('button', { name: 'Turn on' }).waitFor()
    expect(await ask(server.url, '/api/alerts')).toMatchObject({ alerts: null })
  })

  test('an address that is none is refused with the field’s own words', async () => {
    await page.goto(`${server.url}/settings`)
    await page.getByLabel('Webhook').fill('ftp://chat.example/')
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByRole('alert').getByText('an http or https address').waitFor()
  })

  test('the browser tells of a watched run that ends, where it was asked to', async () => {
    const run = await startRun(server.url, 'shapes', ENDLESS)
    await page.goto(`${server.url}/runs/${run}`)
    await page.getByRole('button', { name: 'Notify me' }).click()
    await page.getByRole('button', { name: 'Notifications on' }).waitFor()
    await ask(server.url, `/api/runs/${run}/stop`, {})
    await expect
      .poll(() => page.evaluate(() => window.shown), { timeout: 60_000 })
      .toEqual([['shapes@1: stopped', 'tf_efficientnet_lite0']])
  })
})

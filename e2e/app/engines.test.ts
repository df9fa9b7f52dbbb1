import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeUnless } from '../../scripts/describe-unless.ts'
import type { Running } from '../../server/main.ts'
import { chromiumPath, launchChromium, NO_CHROMIUM } from '../setup/chromium.ts'
import { startTestServer } from '../setup/test-server.ts'

describeUnless(chromiumPath() ? undefined : NO_CHROMIUM, 'the machine', { timeout: 240_000 }, () => {
  let server: Running
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    server = await startTestServer()
    browser = await launchChromium()
    page = await browser.newPage()
    page.setDefaultTimeout(120_000)
  }, 400_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  test('the settings say of every engine whether it passes, what it is for, and how to get what is missing', async () => {
    await page.goto(`${server.url}/settings`)
    const table = page.getByRole('region', { name: 'Engines of this machine' })
    const row = (name: RegExp) => table.getByRole('row', { name })
    await row(/^onnxruntime passed .*extracts features/).waitFor()
    await row(/^wasm passed/).waitFor()
    await row(/^onnxruntime-tensorrt absent/).waitFor()
    expect(await page.getByText(/TensorRT 10 itself comes from NVIDIA/).count()).toBe(1)
  })

  test('the home page shows how busy and how full the processor is, and keeps it true', async () => {
    const told = new Promise<void>((done) => {
      let times = 0
      page.on('websocket', (socket) =>
        socket.on('framereceived', ({ payload }) => {
          if (String(payload).includes('"deviceUse"') && ++times === 3) done()
        }),
      )
    })
    await page.goto(server.url)
    const devices = page.getByRole('region', { name: 'Devices' })
    await devices.getByText(/\d+ % busy/).waitFor()
    await devices.getByText(/\d [GM]B of \d+ [GT]B/).waitFor()
    await told
  })
})

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Prediction } from '../lib/api/models.ts'
import { describeUnless } from '../scripts/describe-unless.ts'
import { adminToken } from '../server/auth/admin-token.ts'
import type { Running } from '../server/main.ts'
import { classifyOnPage, openClassifyPage } from './classify/classify-page.ts'
import { encodedIn, type TestPicture, WAYS } from './classify/encodings.ts'
import { drawShapes, whippetJson } from './cli/whippet.ts'
import { chromiumPath, launchChromium, NO_CHROMIUM } from './setup/chromium.ts'
import { startTestServer } from './setup/test-server.ts'

const missing = chromiumPath() ? undefined : NO_CHROMIUM

/** A name that is not this machine's own, so that browsers trust it as little as any plain http. */
const PLAIN = 'plain.test'

describeUnless(missing, 'on a model’s page', {}, () => {
  let dataDir: string
  let server: Running
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let token: string
  let port: string
  let run: string
  let pictures: TestPicture[]

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'whippet-model-'))
    const shapes = join(dataDir, 'shapes')
    await drawShapes(shapes)
    await whippetJson(dataDir, 'import', shapes, '--name', 'shapes')
    run = (await whippetJson<{ run: string }>(dataDir, 'train', '--dataset', 'shapes')).run
    const drawings = await Promise.all(
      ['disc', 'bar', 'kite'].map((name) =>
        sharp(join(shapes, name, `${name}-5.png`))
          .resize(400)
          .toBuffer(),
      ),
    )
    pictures = await Promise.all(WAYS.map((way, i) => encodedIn(way, 'shape', drawings[i % 3]!)))
    token = (await adminToken(dataDir)).made!
    server = await startTestServer(dataDir, '0.0.0.0')
    port = new URL(server.url).port
    browser = await launchChromium([`--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`])
  }, 400_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  beforeEach(async () => {
    context = await browser.newContext()
    const cookie = { name: 'whippet', value: token, path: '/' }
    await context.addCookies(['localhost', PLAIN].map((domain) => ({ ...cookie, domain })))
    page = await context.newPage()
  })
  afterEach(() => context.close())
  const model = () => `${server.url}/models/${run}`

  test('the bundle is made while the page tells of it, and ten encodings get the server’s answer', async () => {
    await openClassifyPage(page, model(), 'wasm')
    const here = []
    for (const picture of pictures) here.push(await classifyOnPage(page, picture))
    const there = await predictions()
    expect(here.map(({ top }) => top[0]?.label)).toEqual(there.map((top) => top[0]?.label))
    for (const [i, { top }] of here.entries()) {
      expect(Math.abs(top[0]!.percent - there[i]![0]!.probability * 100), pictures[i]!.name).toBeLessThan(2)
    }
  })

  test('on plain http it says what is missing, and classifies all the same', async () => {
    await openClassifyPage(page, `http://${PLAIN}:${port}/models/${run}`)
    expect(await page.evaluate(() => isSecureContext)).toBe(false)
    await expect(
      page.getByText(/plain http, where browsers offer neither the live camera nor WebGPU/).isVisible(),
    ).resolves.toBe(true)
    await expect(page.getByRole('button', { name: 'Use the camera live' }).count()).resolves.toBe(0)
    expect((await classifyOnPage(page, pictures[0]!)).backend).toBe('wasm')
    await expect(page.getByLabel('Passed over').textContent()).resolves.toMatch(/WebGPU.*plain http/)
  })

  test('a webcam is classified continuously until it is stopped', async () => {
    const withCamera = await launchChromium([
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ])
    try {
      const camera = await withCamera.newContext()
      await camera.addCookies([{ name: 'whippet', value: token, path: '/', domain: 'localhost' }])
      const live = await camera.newPage()
      await openClassifyPage(live, model(), 'wasm')
      await live.getByRole('button', { name: 'Use the camera live' }).click()
      const answers = new Set<string | null>()
      await live.waitForSelector('[data-status=seen]')
      while (answers.size < 4) answers.add(await live.getByLabel('Answer').textContent())
      await live.getByRole('button', { name: 'Stop the camera' }).click()
      await live.waitForSelector('[data-status=ready]')
      await expect(live.locator('video').count()).resolves.toBe(0)
    } finally {
      await withCamera.close()
    }
  })

  test('a pasted picture is taken; what is no picture is refused in words', async () => {
    await openClassifyPage(page, model(), 'wasm')
    await paste('note.png', Buffer.from('no picture'))
    await page.waitForSelector('[data-status=wrong]')
    await expect(page.getByRole('alert').first().textContent()).resolves.toMatch(/can’t read that file/)
    await paste('phone.heic', await readFile('server/datasets/testing/phone.heic'))
    await page.getByText('This is a HEIC picture').waitFor()
    await paste('shape.png', pictures[1]!.bytes)
    await page.waitForSelector('[data-status=seen]')
  })

  test('tfjs and the model come only with a page that classifies', async () => {
    const scripts: string[] = []
    page.on('response', async (response) => {
      if (!/\.(js|wasm)$/.test(new URL(response.url()).pathname)) return
      const text = await response.text().catch(() => '')
      if (text.includes('tfjs') || response.url().endsWith('.wasm')) scripts.push(response.url())
    })
    for (const path of ['/', '/runs', `/runs/${run}`]) {
      await page.goto(`${server.url}${path}`)
      await page.waitForLoadState('load')
    }
    expect(scripts).toEqual([])
  })

  test.each(['light', 'dark'] as const)('axe finds nothing serious, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const url of [model(), `${server.url}/demo`]) {
      await openClassifyPage(page, url, 'wasm')
      await classifyOnPage(page, pictures[1]!)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    }
  })

  async function predictions() {
    const form = new FormData()
    for (const { name, mimeType, bytes } of pictures)
      form.append('files', new File([new Uint8Array(bytes)], name, { type: mimeType }))
    const response = await fetch(`${server.url}/api/models/${run}/predict`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    })
    const { images } = (await response.json()) as Prediction
    return images.map((image) => {
      if ('problem' in image) throw new Error(image.problem.says)
      return image.top
    })
  }

  async function paste(name: string, bytes: Buffer): Promise<void> {
    await page.evaluate(
      ([fileName, base64]) => {
        const clipboardData = new DataTransfer()
        const content = Uint8Array.from(atob(base64!), (letter) => letter.charCodeAt(0))
        clipboardData.items.add(new File([content], fileName!, { type: 'image/png' }))
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }))
      },
      [name, bytes.toString('base64')],
    )
  }
})

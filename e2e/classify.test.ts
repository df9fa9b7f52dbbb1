import { existsSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BACKENDS, type Backend } from '../lib/classify/browser/backend-names.ts'
import type { Classification } from '../lib/classify/classify.ts'
import { describeUnless } from '../scripts/describe-unless.ts'
import type { Running } from '../server/main.ts'
import { classifyOnPage, openClassifyPage, readAnswer } from './classify/classify-page.ts'
import { dogPhotos, NO_PHOTOS } from './classify/dog-photos.ts'
import type { TestPicture } from './classify/encodings.ts'
import { nodeReader } from './classify/node-reader.ts'
import { breakWebgl } from './classify/trouble.ts'
import { picturesWithoutDogs } from './classify/without-dogs.ts'
import { chromiumPath, launchChromium, NO_CHROMIUM } from './setup/chromium.ts'
import { startTestServer } from './setup/test-server.ts'

const BUNDLE = 'public/demo'
const missing = [
  ...(chromiumPath() ? [] : [NO_CHROMIUM]),
  ...(existsSync(`${BUNDLE}/model.json`) ? [] : [`no bundle in ${BUNDLE}`]),
]

/**
 * Of the 20 photos, those that are tried on a GPU that is imitated in software: WebGL takes 3 s a picture, WebGPU up to 25 s. 1 has a
 * profile, 5 is turned, 11 has alpha. WHIPPET_ALL=1 takes all everywhere.
 */
const SOME: Partial<Record<Backend, readonly number[]>> = { webgl: [0, 1, 5, 9, 11, 15, 19], webgpu: [1, 11] }

function isChosen(i: number, backend: Backend): boolean {
  return process.env.WHIPPET_ALL === '1' || (SOME[backend]?.includes(i) ?? true)
}

describeUnless(missing.length > 0 ? missing.join('; ') : undefined, 'on /demo', {}, () => {
  let server: Running
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let others: TestPicture[]

  beforeAll(async () => {
    server = await startTestServer()
    browser = await launchChromium()
    others = await picturesWithoutDogs()
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
  })
  afterEach(() => context.close())
  const demo = () => `${server.url}/demo`

  describeUnless(NO_PHOTOS, 'photos that the model was not trained on', {}, () => {
    let photos: TestPicture[]
    let expected: Classification[]

    beforeAll(async () => {
      photos = await dogPhotos()
      const read = await nodeReader(BUNDLE)
      expected = []
      for (const { bytes } of photos) expected.push(await read(bytes))
    })

    test.each(BACKENDS)(
      'encoded files get the server’s first answer on %s',
      { timeout: 1_500_000 },
      async (backend) => {
        const chosen = photos.flatMap((_, i) => (isChosen(i, backend) ? [i] : []))
        await openClassifyPage(page, demo(), backend)
        const said = []
        for (const i of chosen) said.push(await classifyOnPage(page, photos[i]!))
        const line = (i: number, label: string | undefined) => `${photos[i]!.name}: ${label}`
        expect(said.map(({ top }, n) => line(chosen[n]!, top[0]?.label))).toEqual(
          chosen.map((i) => line(i, expected[i]!.ranked[0]?.label)),
        )
        expect(new Set(said.map((one) => one.backend))).toEqual(new Set([backend]))
      },
    )

    test('the page shows where the second look went', async () => {
      await openClassifyPage(page, demo(), 'wasm')
      await classifyOnPage(page, photos[0]!)
      await expect(page.getByText('second look', { exact: true }).isVisible()).resolves.toBe(true)
    })
  })

  test('at least 18 of 20 pictures without a dog are "not sure"', { timeout: 300_000 }, async () => {
    await openClassifyPage(page, demo(), 'wasm')
    const said = []
    for (const picture of others) said.push(await classifyOnPage(page, picture))
    expect(said.filter(({ sure }) => !sure).length).toBeGreaterThanOrEqual(18)
  })

  test('nothing of a picture leaves the device', async () => {
    await openClassifyPage(page, demo(), 'wasm')
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() !== 'GET' || request.postData()) sent.push(`${request.method()} ${request.url()}`)
    })
    await classifyOnPage(page, others[0]!)
    expect(sent).toEqual([])
  })

  test('a lost WebGL context comes back, and the picture gets its answer', { timeout: 300_000 }, async () => {
    await openClassifyPage(page, demo(), 'webgl')
    const before = await classifyOnPage(page, others[0]!)
    await breakWebgl(page, 'lose the context once')
    const after = await classifyOnPage(page, others[0]!)
    expect(after).toEqual({ ...before, milliseconds: after.milliseconds })
    expect(after.backend).toBe('webgl')
  })

  test.each(['lose every context', 'give no numbers'] as const)(
    'WebGL that begins to %s is replaced by another backend, without a reload',
    { timeout: 300_000 },
    async (trouble) => {
      await openClassifyPage(page, demo(), 'webgl')
      await page.evaluate(() => Object.assign(window, { sameDocument: true }))
      await breakWebgl(page, trouble)
      const said = await classifyOnPage(page, others[0]!)
      expect(said.backend).toBe('wasm')
      expect(said.top).toHaveLength(5)
      expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
    },
  )

  test('without WebGPU and WebGL it runs on WebAssembly and says why', async () => {
    await openClassifyPage(page, demo())
    const said = await classifyOnPage(page, others[0]!)
    expect(said.backend).toBe('wasm')
    await expect(page.getByLabel('Passed over').textContent()).resolves.toMatch(/WebGPU.*WebGL.*software/)
  })

  test('the second visit works without a network', async () => {
    await openClassifyPage(page, demo(), 'wasm')
    const online = await classifyOnPage(page, others[1]!)
    await page.waitForFunction(async () => (await caches.match('/whippet-kept.json')) !== undefined)
    await page.close()
    await context.setOffline(true)
    const offline = await context.newPage()
    await openClassifyPage(offline, demo(), 'wasm')
    const again = await classifyOnPage(offline, others[1]!)
    expect(again.top).toEqual(online.top)
  })

  test('other pages are never kept', async () => {
    await openClassifyPage(page, demo(), 'wasm')
    await page.waitForFunction(async () => (await caches.match('/whippet-kept.json')) !== undefined)
    await page.goto(`${server.url}/`)
    await page.evaluate(() => fetch('/api/runs'))
    const kept = await page.evaluate(async () => {
      const all = await Promise.all(
        (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
      )
      return all.flat().map(({ url }) => new URL(url).pathname)
    })
    expect(kept.filter((path) => !/^\/(demo($|\/)|_next\/static\/|whippet-kept\.json$)/.test(path))).toEqual(
      [],
    )
    await context.setOffline(true)
    await expect(page.goto(`${server.url}/`)).rejects.toThrow()
  })

  test('a crop is drawn by mouse, moved by keyboard, and taken away again', async () => {
    await openClassifyPage(page, demo(), 'wasm')
    const whole = await classifyOnPage(page, others[0]!)
    const picture = (await page.getByRole('img', { name: 'Yours' }).boundingBox())!
    await page.mouse.move(picture.x + picture.width * 0.1, picture.y + picture.height * 0.1)
    await page.mouse.down()
    await page.mouse.move(picture.x + picture.width * 0.5, picture.y + picture.height * 0.5, { steps: 5 })
    await page.mouse.up()
    const part = await readAnswer(page)
    expect(part.top).not.toEqual(whole.top)
    const crop = page.getByRole('group', { name: /Part that is classified/ })
    const before = (await crop.boundingBox())!
    await crop.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+ArrowDown')
    const after = (await crop.boundingBox())!
    expect(after.x).toBeGreaterThan(before.x)
    expect(after.height).toBeGreaterThan(before.height)
    await page.keyboard.press('Escape')
    await crop.waitFor({ state: 'detached' })
    expect((await readAnswer(page)).top).toEqual(whole.top)
  })
})

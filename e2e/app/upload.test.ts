import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeUnless } from '../../scripts/describe-unless.ts'
import { noise } from '../../server/datasets/testing/pictures.ts'
import { writeZip } from '../../server/datasets/testing/zips.ts'
import { chromiumPath, launchChromium, NO_CHROMIUM } from '../setup/chromium.ts'
import { type Line, openLine } from '../setup/line.ts'
import { type Served, serve } from '../setup/serve.ts'
import { openLive } from './shown.ts'

const PICTURES = 24

describeUnless(chromiumPath() ? undefined : NO_CHROMIUM, 'an upload', { timeout: 120_000 }, () => {
  let folder: string
  let zip: string
  let size: number
  let server: Served
  let line: Line
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let offsets: number[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whippet-upload-'))
    zip = join(folder, 'pets.zip')
    const pictures = await Promise.all(Array.from({ length: PICTURES }, picture))
    await writeZip(zip, Object.fromEntries(pictures), { compress: false })
    size = (await stat(zip)).size
    server = await serve(join(folder, 'data'))
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
    offsets = []
    page.on('request', (request) => {
      if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']))
    })
    line.mend()
    await openLive(page, `${line.url}/datasets`)
  })
  afterEach(() => context.close())

  const send = async (name: string) => {
    await page.getByLabel('Files', { exact: true }).setInputFiles(zip)
    await page.getByLabel('Name of the dataset').fill(name)
    await page.getByRole('button', { name: 'Upload and import' }).click()
  }
  const expectReport = async (name: string) => {
    await page.getByRole('heading', { level: 1, name: `${name}@1` }).waitFor()
    await page.getByText(`${PICTURES} of ${PICTURES} files imported`).waitFor()
  }
  /** Nothing is sent twice but what was on its way. */
  const expectResumed = () => {
    expect(offsets[0]).toBe(0)
    expect(offsets.at(-1)).toBeGreaterThan(0)
    expect(offsets.at(-1)).toBeLessThan(size)
  }

  test('goes on by itself, from where it stopped, when the connection is back', async () => {
    const broken = line.cutAfter(size / 2)
    await send('pets')
    await broken
    line.mend()
    await expectReport('pets')
    expectResumed()
  })

  test('goes on over a server that was killed in the middle and started again', async () => {
    const broken = line.cutAfter(size / 2)
    await send('more')
    await broken
    await server.kill()
    server = await serve(join(folder, 'data'))
    line.leadTo(server.port)
    line.mend()
    await expectReport('more')
    expectResumed()
  })

  test('goes on after a reload, when the same file is given again', async () => {
    const broken = line.cutAfter(size / 2)
    await send('again')
    await broken
    line.mend()
    await openLive(page, page.url())
    await page.getByText(/The upload of “again” stopped at/).waitFor()
    await send('again')
    await expectReport('again')
    expectResumed()
  })
})

/** Half a megabyte, so that an upload has a middle. */
async function picture(_: unknown, n: number): Promise<[name: string, bytes: Buffer]> {
  const large = noise(n, { width: 400, height: 400 }).png({ compressionLevel: 0 })
  return [`${n % 2 ? 'cats' : 'dogs'}/${n}.png`, await large.toBuffer()]
}

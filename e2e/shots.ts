/**
 * `npm run shots [-- DATA-FOLDER]`: pictures of every page, wide and narrow, light and dark, into `shots/`. Without a data
 * folder it makes the emoji sample and trains on it first.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import type { DatasetSummary } from '../lib/api/datasets.ts'
import type { RunSummary } from '../lib/api/runs.ts'
import { drawEmojiSample } from '../server/sample/emoji.ts'
import { readIconSet } from '../server/sample/icon-set.ts'
import { epochAfter } from './app/shown.ts'
import { whippetJson } from './cli/whippet.ts'
import { launchChromium } from './setup/chromium.ts'
import { ask, startRun, stopAll } from './setup/rest.ts'
import { pagesReady, type Served, serve } from './setup/serve.ts'

const OUT = 'shots'
const WIDTHS = { wide: 1440, narrow: 390 } as const
const HEIGHT = 900
const SCHEMES = ['light', 'dark'] as const
const PATIENCE_MS = 180_000
/** Long enough to be seen from all sides. */
const LONG = { kind: 'adam', epochs: 2000, batchSize: 16 } as const

type Shot = { readonly name: string; readonly path: string; readonly before?: (page: Page) => Promise<void> }

const given = process.argv[2]
const data = given ? resolve(given) : await mkdtemp(join(tmpdir(), 'whippet-shots-'))
const say = (line: string) => void process.stderr.write(`${line}\n`)
const sample = join(data, 'sample', 'emoji')
try {
  await mkdir(OUT, { recursive: true })
  if (!given) await makeSample()
  const server = await serve(data)
  try {
    await pagesReady(server.url)
    await shoot(server)
  } finally {
    await server.stop()
  }
} finally {
  if (!given) await rm(data, { recursive: true, force: true })
}

async function makeSample(): Promise<void> {
  say('Drawing, importing and training the emoji sample …')
  await drawEmojiSample(sample)
  await whippetJson(data, 'import', sample, '--name', 'emoji')
  await whippetJson(data, 'train', '--dataset', 'emoji')
}

async function shoot({ url }: Served): Promise<void> {
  const { runs } = await ask<{ runs: RunSummary[] }>(url, '/api/runs')
  const { datasets } = await ask<{ datasets: DatasetSummary[] }>(url, '/api/datasets')
  const done = runs.find(({ status }) => status === 'succeeded')
  const [dataset] = datasets
  if (!done || !dataset) throw new Error(`${data} has no run that succeeded.`)
  const link = await ask<{ share: { id: string; path: string } }>(url, `/api/runs/${done.id}/shares`, {})
  const browser = await launchChromium()
  try {
    const picture = await drawing()
    const classified = (page: Page) => classify(page, picture)
    const shots: Shot[] = [
      { name: 'home', path: '/' },
      { name: 'datasets', path: '/datasets' },
      { name: 'dataset', path: `/datasets/${dataset.id}` },
      { name: 'runs', path: '/runs' },
      { name: 'new-run', path: `/runs/new?dataset=${dataset.id}`, before: planned },
      { name: 'run', path: `/runs/${done.id}`, before: curves },
      { name: 'model', path: `/models/${done.id}`, before: classified },
      { name: 'demo', path: '/demo', before: classified },
      { name: 'shared', path: link.share.path, before: ready },
      { name: 'not-found', path: '/nowhere' },
    ]
    for (const shot of shots) await shootPage(browser, url, shot)
    const running = await startRun(url, dataset.id, LONG)
    await shootPage(browser, url, {
      name: 'run-live',
      path: `/runs/${running}`,
      before: async (page) => void (await epochAfter(page, 19)),
    })
  } finally {
    await browser.close()
    await stopAll(url)
    await fetch(`${url}/api/shares/${link.share.id}`, { method: 'DELETE' })
  }
}

async function shootPage(browser: Browser, url: string, { name, path, before }: Shot): Promise<void> {
  for (const colorScheme of SCHEMES) {
    for (const [size, width] of Object.entries(WIDTHS)) {
      const context = await browser.newContext({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width, height: HEIGHT },
      })
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      await page.goto(url + path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await before?.(page)
      await page.evaluate(async () => {
        // Hidden ones are never loaded.
        const inSight = [...document.images].filter((image) => {
          const { top, width } = image.getBoundingClientRect()
          return width > 0 && top < innerHeight
        })
        await Promise.all(inSight.map((image) => image.decode().catch(() => undefined)))
      })
      const file = join(OUT, `${name}-${size}-${colorScheme}.webp`)
      const png = await page.screenshot({ fullPage: name !== 'dataset', animations: 'disabled' })
      await sharp(png).webp({ quality: 88 }).toFile(file)
      say(file)
      await context.close()
    }
  }
}

async function curves(page: Page): Promise<void> {
  await page.getByRole('img', { name: /^Loss by/ }).waitFor()
}

/** Until the plan has its figures. */
async function planned(page: Page): Promise<void> {
  await page.waitForFunction(() => /Trained\d/.test(document.querySelector('main')?.textContent ?? ''))
}

async function ready(page: Page): Promise<void> {
  await page.waitForSelector('[data-status=ready]')
}

/** A picture that we may show: an emoji by a designer whose emoji the sample's model never saw. */
async function drawing(): Promise<Buffer> {
  const icon = (await readIconSet('noto-v1')).find('dog-face')!
  const [left, top, width, height] = icon.box
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="640" height="640">${icon.body}</svg>`
  return sharp(Buffer.from(svg)).flatten({ background: '#fff' }).png().toBuffer()
}

async function classify(page: Page, buffer: Buffer): Promise<void> {
  await ready(page)
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'dog.png', mimeType: 'image/png', buffer })
  await page.waitForSelector('[data-status=seen]')
}

import { classifyOnPage, openClassifyPage } from '../e2e/classify/classify-page.ts'
import { picturesWithoutDogs } from '../e2e/classify/without-dogs.ts'
import { launchChromium } from '../e2e/setup/chromium.ts'
import { startTestServer } from '../e2e/setup/test-server.ts'
import { BACKENDS } from '../lib/classify/browser/backend-names.ts'
import type { BenchOptions, Report } from './main.ts'
import { median } from './median.ts'

/** The first picture also compiles shaders; it is said apart. */
const PICTURES = 4

/**
 * `/demo` with the built-in model in headless Chromium, on every backend: milliseconds from the click to a model that
 * runs, and per picture (preprocessing and network, all looks). Without a GPU, WebGPU and WebGL are imitated by the CPU:
 * their figures then say only that they work.
 */
export async function benchBrowser({ rounds, say }: BenchOptions): Promise<Report> {
  // Next speaks on stdout, which belongs to the benchmark's document.
  console.log = console.error
  const pictures = (await picturesWithoutDogs()).slice(0, PICTURES)
  const server = await startTestServer()
  const browser = await launchChromium()
  const results: Record<string, unknown> = { pictures: PICTURES, rounds, looks: 'whole+second' }
  const lines: string[] = []
  try {
    for (const backend of BACKENDS) {
      const load: number[] = []
      const first: number[] = []
      const later: number[] = []
      for (let round = 1; round <= rounds; round++) {
        say(`${backend}, round ${round} of ${rounds}`)
        const context = await browser.newContext()
        const page = await context.newPage()
        load.push(await openClassifyPage(page, `${server.url}/demo`, backend))
        for (const [i, picture] of pictures.entries()) {
          const { milliseconds, backend: ran } = await classifyOnPage(page, picture)
          if (ran !== backend) throw new Error(`${backend} was asked for, and ${ran} ran.`)
          ;(i === 0 ? first : later).push(milliseconds)
        }
        await context.close()
      }
      const figures = { load_ms: median(load), first_ms: median(first), ms_per_picture: median(later) }
      results[backend] = figures
      const shown = (value: number | undefined) => `${Math.round(value ?? Number.NaN)} ms`
      lines.push(
        `${backend.padEnd(7)} ${shown(figures.ms_per_picture)} per picture, the first ${shown(figures.first_ms)}, loaded after ${shown(figures.load_ms)}`,
      )
    }
  } finally {
    await browser.close()
    await server.stop()
  }
  return { results, ratios: {}, lines }
}

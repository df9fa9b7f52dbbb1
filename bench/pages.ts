import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { whippetJson } from '../e2e/cli/whippet.ts'
import { launchChromium } from '../e2e/setup/chromium.ts'
import { ask, logOf } from '../e2e/setup/rest.ts'
import { pagesReady, type Served, serve } from '../e2e/setup/serve.ts'
import type { DatasetSummary } from '../lib/api/datasets.ts'
import { isOver } from '../lib/run/run.ts'
import { drawEmojiSample } from '../server/sample/emoji.ts'
import type { BenchOptions, Report } from './main.ts'

const EVERY_MS = 100
const IDLE_MS = 20_000
/** Each makes features of its own, so that each run extracts all pictures. */
const RESIZES = ['squash', 'crop', 'pad'] as const

/**
 * How quick the server stays while a run extracts and trains the emoji sample on all cores: milliseconds of
 * `GET /runs/<id>` at 10 requests a second, the same page once nothing runs beside it, and from the time that stands in an
 * event to its arrival in a page that is open in Chromium on the same machine.
 */
export async function benchPages({ rounds, say }: BenchOptions): Promise<Report> {
  const data = await mkdtemp(join(tmpdir(), 'whippet-bench-pages-'))
  try {
    say('drawing and importing the sample')
    const sample = join(data, 'sample', 'emoji')
    await drawEmojiSample(sample)
    await whippetJson(data, 'import', sample, '--name', 'emoji')
    const server = await serve(data)
    await pagesReady(server.url)
    const browser = await launchChromium()
    try {
      return await measure(server, browser, Math.min(rounds, RESIZES.length), say)
    } finally {
      await browser.close()
      await server.stop()
    }
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

async function measure(
  { url }: Served,
  browser: Browser,
  rounds: number,
  say: BenchOptions['say'],
): Promise<Report> {
  const { datasets } = await ask<{ datasets: DatasetSummary[] }>(url, '/api/datasets')
  const running: number[] = []
  const idle: number[] = []
  const events: number[] = []
  for (const [i, resize] of RESIZES.slice(0, rounds).entries()) {
    say(`round ${i + 1} of ${rounds}: ${resize}`)
    const page = await browser.newPage()
    await page.addInitScript(noteArrivals)
    const { run } = await ask<{ run: { id: string } }>(url, '/api/runs', {
      dataset: datasets[0]!.id,
      preprocessing: { resize },
    })
    const path = `${url}/runs/${run.id}`
    await page.goto(path)
    const ended = page.getByRole('link', { name: 'Try the model' }).waitFor({ timeout: 600_000 })
    running.push(...(await requests(path, ended)))
    events.push(...(await arrivals(page)))
    await page.close()
    const log = await logOf(url, run.id)
    if (!isOver(log.run.state)) throw new Error('The run was not over.')
    // The browser model is made after a run, and would be measured as idle.
    await bundleSettled(url, run.id)
    idle.push(...(await requests(path, pause(IDLE_MS))))
  }
  const results = { page_ms: shares(running), page_idle_ms: shares(idle), event_ms: shares(events), rounds }
  const said = ({ p50, p95, count }: Shares) => `p95 ${p95} ms, median ${p50} ms (${count})`
  return {
    results,
    ratios: {},
    lines: [
      `GET /runs/<id> at ${1000 / EVERY_MS}/s while a run extracts and trains: ${said(results.page_ms)}`,
      `GET /runs/<id> at ${1000 / EVERY_MS}/s when nothing runs:              ${said(results.page_idle_ms)}`,
      `an event in an open page after it was written:         ${said(results.event_ms)}`,
    ],
  }
}

/** Asks at a steady rate, whether or not answers have come, until `end`. @returns milliseconds of each, body read. */
async function requests(url: string, end: Promise<unknown>): Promise<number[]> {
  const asked: Promise<number>[] = []
  let over = false
  const stop = end.finally(() => {
    over = true
  })
  const began = performance.now()
  while (!over) {
    asked.push(request(url))
    await pause(Math.max(0, began + asked.length * EVERY_MS - performance.now()))
  }
  await stop
  return Promise.all(asked)
}

async function request(url: string): Promise<number> {
  const began = performance.now()
  const response = await fetch(url)
  await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`)
  return performance.now() - began
}

type Arrival = { readonly at: number; readonly text: string }

/** In the page: when each message of a socket came. */
function noteArrivals(): void {
  const heard: Arrival[] = []
  const Native = window.WebSocket
  window.WebSocket = class extends Native {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols)
      this.addEventListener('message', ({ data }) => heard.push({ at: Date.now(), text: String(data) }))
    }
  }
  Object.assign(window, { heard })
}

/** Milliseconds of every event that came live. */
async function arrivals(page: Page): Promise<number[]> {
  const heard = await page.evaluate(() => (window as unknown as { heard: Arrival[] }).heard)
  return heard.flatMap(({ at, text }) => {
    if (!text.startsWith('42["events"')) return []
    const [, message] = JSON.parse(text.slice(2)) as [string, { events: { at: string }[] }]
    return message.events.map((event) => at - Date.parse(event.at))
  })
}

async function bundleSettled(url: string, run: string): Promise<void> {
  while (true) {
    const { bundle } = await ask<{ bundle: { status: string } }>(url, `/api/models/${run}`)
    if (bundle.status !== 'making') return
    await pause(500)
  }
}

type Shares = { p50: number; p95: number; max: number; count: number }

function shares(values: readonly number[]): Shares {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
  return { p50: at(0.5), p95: at(0.95), max: at(1), count: sorted.length }
}

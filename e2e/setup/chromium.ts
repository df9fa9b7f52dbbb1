import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** With WebGPU and WebGL by software: no GPU is needed, and all three backends run. */
const ALL_BACKENDS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
]

const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const NO_CHROMIUM =
  'there is no Chromium here. Install one (Debian: apt-get install chromium), or name one with WHIPPET_CHROMIUM'

/** The browser for tests: named by WHIPPET_CHROMIUM, Playwright's own, or where systems put it; undefined where there is none. */
export function chromiumPath(): string | undefined {
  const named = process.env.WHIPPET_CHROMIUM
  if (named) return existsSync(named) ? named : undefined
  const known = [ownDownload(), '/usr/bin/chromium', '/usr/bin/chromium-browser']
  return known.find((path) => path !== undefined && existsSync(path))
}

/** A real headless Chromium, in which WebGPU, WebGL and WebAssembly all run; `more` are further flags. */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  const executablePath = chromiumPath()
  if (!executablePath) throw new Error(`No browser: ${NO_CHROMIUM}.`)
  return chromium.launch({ executablePath, args: [...QUIET, ...ALL_BACKENDS, ...more] })
}

/** Playwright's, where someone has fetched it. */
function ownDownload(): string | undefined {
  try {
    return chromium.executablePath()
  } catch {
    return undefined
  }
}

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

/** The browser for tests: named by WHIPPET_CHROMIUM, or where systems put it; undefined where there is none. */
export function chromiumPath(): string | undefined {
  const known = [
    process.env.WHIPPET_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    ownDownload(),
  ]
  return known.find((path) => path !== undefined && existsSync(path))
}

/** A real headless Chromium, in which WebGPU, WebGL and WebAssembly all run; `more` are further flags. */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  const executablePath = chromiumPath()
  if (!executablePath) throw new Error('No Chromium: name one with WHIPPET_CHROMIUM.')
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

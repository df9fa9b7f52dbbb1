import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What npm's `webgpu` exports: Dawn, Chromium's WebGPU, as a native module of Node. */
type Dawn = { create(options: string[]): GPU; globals: Record<string, unknown> }

export type FoundAdapter = {
  readonly adapter: GPUAdapter
  /** Of the package. */
  readonly version: string
  /** For people: the driver's name of the GPU. */
  readonly title: string
  /** Computes on the CPU (SwiftShader, lavapipe): good for tests, far too slow for work. */
  readonly software: boolean
}

/**
 * The GPU that this machine's driver offers through WebGPU, or why there is none; never throws. Loading Dawn puts
 * WebGPU's classes among the globals, where tfjs looks for them.
 */
export async function findAdapter(): Promise<FoundAdapter | { readonly why: string }> {
  const dawn = dawnPackage()
  if (!dawn) return { why: 'the package webgpu is not installed' }
  try {
    gpu ??= startDawn(dawn.main)
    const adapter = await (await gpu).requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) return { why: NO_ADAPTER }
    const { description, device, vendor, architecture, isFallbackAdapter } = adapter.info
    const title = description || device || [vendor, architecture].filter(Boolean).join(' ') || 'a GPU'
    return { adapter, version: dawn.version, title, software: isFallbackAdapter }
  } catch (error) {
    return { why: `its native library does not load: ${error instanceof Error ? error.message : error}` }
  }
}

/**
 * One per process, kept: an adapter or a device whose `GPU` was collected as garbage takes the process with it (seen with
 * webgpu 0.6.2).
 */
let gpu: Promise<GPU> | undefined

async function startDawn(main: string): Promise<GPU> {
  const { create, globals } = (await import(pathToFileURL(main).href)) as Dawn
  Object.assign(globalThis, globals)
  return create([])
}

/** A device with as much of the adapter's memory and threads as tfjs can use. */
export function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]]))
  return adapter.requestDevice({ requiredLimits })
}

/** What tfjs's own start asks for in a browser. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const

const NO_ADAPTER = process.platform === 'linux' ? 'Vulkan offers no GPU here' : 'the system offers no GPU'

/** It is an optional dependency: nothing where it was left out. */
function dawnPackage(): { main: string; version: string } | undefined {
  try {
    const main = createRequire(import.meta.url).resolve('webgpu')
    const { version } = JSON.parse(readFileSync(join(dirname(main), 'package.json'), 'utf8'))
    return { main, version }
  } catch {
    return undefined
  }
}

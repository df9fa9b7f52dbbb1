import * as tf from '@tensorflow/tfjs-core'
import { BACKEND_TITLES, type Backend } from './backend-names.ts'

/** Where tfjs's WebAssembly files are: the folder's URL, or a URL per file name. */
export type WasmFiles = string | Readonly<Record<string, string>>

/** Why `backend` is not worth trying here, in words for people; undefined where it is. Works in a page and in a worker. */
export async function whyNot(backend: Backend, softwareToo: boolean): Promise<string | undefined> {
  if (backend === 'webgpu') return whyNoWebgpu(softwareToo)
  if (backend === 'webgl') return whyNoWebgl(softwareToo)
  return typeof WebAssembly === 'undefined' ? 'This browser has no WebAssembly.' : undefined
}

/** Makes `backend` the active one. */
export async function startBackend(backend: Backend, wasm: WasmFiles): Promise<void> {
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu')
  if (backend === 'webgl') {
    await import('@tensorflow/tfjs-backend-webgl')
    // Whether software will do has been decided in `whyNot`.
    tf.env().set('SOFTWARE_WEBGL_ENABLED', true)
  }
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    // It throws when it is called again after the first start.
    if (!wasmPathsSet) setWasmPaths(wasm as string)
    wasmPathsSet = true
  }
  if (!(await tf.setBackend(backend))) throw new Error(`${BACKEND_TITLES[backend]} does not start.`)
}

/** Lets go of `backend` and all that it holds; it can be started again, with a new context or device. */
export function dropBackend(backend: Backend): void {
  const factory = tf.findBackendFactory(backend)
  if (!factory) return
  try {
    tf.removeBackend(backend)
  } catch {
    // What is broken may fail to clean up; it is out of the registry all the same, or replaced below.
  }
  tf.registerBackend(backend, factory)
}

/**
 * Resolves when the GPU is taken from `backend`: driver reset, too many contexts, a phone's sleep. What waits for a result
 * then waits for ever (WebGL) or gets an error (WebGPU).
 */
export function whenLost(backend: Backend): Promise<void> {
  const inside = tf.findBackend(backend) as Partial<WebglInside & WebgpuInside> | null
  const gl = inside?.gpgpu?.gl
  if (gl) return new Promise((resolve) => gl.canvas.addEventListener('webglcontextlost', () => resolve()))
  return inside?.device?.lost.then(() => undefined) ?? new Promise(() => undefined)
}

/** Whether it is gone already, before {@link whenLost} could say so: what was read from it then are zeros. */
export function isLost(backend: Backend): boolean {
  return (tf.findBackend(backend) as Partial<WebglInside> | null)?.gpgpu?.gl.isContextLost() ?? false
}

let wasmPathsSet = false

async function whyNoWebgpu(softwareToo: boolean): Promise<string | undefined> {
  if (!globalThis.isSecureContext)
    return 'Browsers offer WebGPU only over https and on localhost; this page came over plain http.'
  const { gpu } = navigator as { gpu?: Gpu }
  if (!gpu) return 'This browser has no WebGPU.'
  const adapter = await gpu.requestAdapter().catch(() => null)
  if (!adapter) return 'This browser has WebGPU, but offers no GPU by it.'
  return adapter.info?.isFallbackAdapter && !softwareToo ? IMITATED : undefined
}

function whyNoWebgl(softwareToo: boolean): string | undefined {
  const gl = canvas()?.getContext('webgl2') as WebGL2RenderingContext | null | undefined
  if (!gl) return 'This browser offers no WebGL 2 here.'
  const names = gl.getExtension('WEBGL_debug_renderer_info')
  const renderer = names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : ''
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  const imitated = /swiftshader|llvmpipe|software|basic render/i.test(renderer)
  return imitated && !softwareToo ? IMITATED : undefined
}

function canvas(): OffscreenCanvas | HTMLCanvasElement | undefined {
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(1, 1)
  return typeof document === 'undefined' ? undefined : document.createElement('canvas')
}

const IMITATED = 'The GPU is only imitated in software here, which is slower than WebAssembly.'

/** The bits of the browser and of tfjs's backends that are looked at here. */
type Gpu = { requestAdapter(): Promise<{ info?: { isFallbackAdapter?: boolean } } | null> }
type WebglInside = { gpgpu: { gl: WebGL2RenderingContext } }
type WebgpuInside = { device: { lost: Promise<unknown> } }

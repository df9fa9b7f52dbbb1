import * as tf from '@tensorflow/tfjs-core'

/** What computes in this browser, the fastest first. */
export const BACKENDS = ['webgpu', 'webgl', 'wasm'] as const
export type Backend = (typeof BACKENDS)[number]

export const BACKEND_TITLES: Readonly<Record<Backend, string>> = {
  webgpu: 'GPU (WebGPU)',
  webgl: 'GPU (WebGL)',
  wasm: 'CPU (WebAssembly)',
}

/** Makes `backend` the active one; false where this browser does not have it, or only imitates it in software. */
export async function start(backend: Backend): Promise<boolean> {
  if (!(await worthTrying(backend))) return false
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu')
  if (backend === 'webgl') await import('@tensorflow/tfjs-backend-webgl')
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(new URL('wasm/', document.baseURI).href)
  }
  return tf.setBackend(backend)
}

/** A GPU imitated by the CPU is slower than WebAssembly. */
async function worthTrying(backend: Backend): Promise<boolean> {
  if (backend === 'webgpu') {
    const adapter = await (navigator as { gpu?: Gpu }).gpu?.requestAdapter()
    return adapter !== null && adapter !== undefined && !adapter.info?.isFallbackAdapter
  }
  if (backend === 'webgl') {
    const gl = document.createElement('canvas').getContext('webgl2')
    const names = gl?.getExtension('WEBGL_debug_renderer_info')
    const renderer = names ? String(gl?.getParameter(names.UNMASKED_RENDERER_WEBGL)) : ''
    gl?.getExtension('WEBGL_lose_context')?.loseContext()
    return gl !== null && !/swiftshader|llvmpipe|software|basic render/i.test(renderer)
  }
  return true
}

/** The bit of WebGPU's interface that is looked at here. */
type Gpu = { requestAdapter(): Promise<{ info?: { isFallbackAdapter?: boolean } } | null> }

/** What computes on a visitor's device, the fastest first. */
export const BACKENDS = ['webgpu', 'webgl', 'wasm'] as const
export type Backend = (typeof BACKENDS)[number]

export const BACKEND_TITLES: Readonly<Record<Backend, string>> = {
  webgpu: 'GPU (WebGPU)',
  webgl: 'GPU (WebGL)',
  wasm: 'CPU (WebAssembly)',
}

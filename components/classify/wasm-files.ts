/** tfjs's WebAssembly files as the build serves them: from our own origin, named by their content. */
export const WASM_FILES = {
  'tfjs-backend-wasm.wasm': url(
    new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url),
  ),
  'tfjs-backend-wasm-simd.wasm': url(
    new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url),
  ),
  'tfjs-backend-wasm-threaded-simd.wasm': url(
    new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm', import.meta.url),
  ),
} as const

/** A worker may have been started from a blob, where only whole URLs lead anywhere. */
function url({ href }: URL): string {
  return href
}

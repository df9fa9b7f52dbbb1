import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import type * as tfjs from '@tensorflow/tfjs-core'
import { Problem } from '../../../lib/problem.ts'

/**
 * Makes tfjs's WebAssembly backend the active one of this process, with the files of the installed package.
 *
 * @throws Problem `engines/absent` when it does not start.
 */
export async function activateWasm(tf: typeof tfjs): Promise<void> {
  if (tf.getBackend() === 'wasm') return
  const library = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(dirname(library) + sep)
  const started = await tf.setBackend('wasm').catch(() => false)
  if (!started) {
    throw new Problem('engines/absent', {
      says: 'The WebAssembly backend of tfjs does not start in this Node.',
      advice: 'Install the packages again with "npm ci".',
    })
  }
  await tf.ready()
}

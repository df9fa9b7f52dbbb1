import * as tf from '@tensorflow/tfjs-core'
import { Problem } from '../../../lib/problem.ts'
import type { Probe } from '../inference-engine.ts'
import { findAdapter, requestDevice } from './dawn.ts'

/** What WebGPU finds on this machine, and whether it is a GPU in software. */
export async function probeWebgpu(): Promise<Probe> {
  const found = await findAdapter()
  if ('why' in found) return { available: false, why: found.why }
  const { version, title, software } = found
  return { available: true, version: `${version} on ${title}`, ...(software && { software }) }
}

/**
 * Makes tfjs's WebGPU backend the active one of this process, on the machine's fastest GPU.
 *
 * @returns the GPU's name, for people.
 * @throws Problem `engines/absent`.
 */
export async function activateWebgpu(): Promise<string> {
  const found = await findAdapter()
  if ('why' in found) {
    throw new Problem('engines/absent', {
      says: `The webgpu engine is not there: ${found.why}.`,
      advice: 'Install a GPU driver that has Vulkan, or use another engine: "whippet doctor" lists them.',
    })
  }
  if (!tf.findBackendFactory('webgpu')) {
    const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu')
    const device = await requestDevice(found.adapter)
    tf.registerBackend('webgpu', () => asInBrowser(() => new WebGPUBackend(device, found.adapter.info)))
  }
  if (tf.getBackend() !== 'webgpu') await tf.setBackend('webgpu')
  return found.title
}

/** tfjs asks for `navigator.gpu` before it takes the device it is given. */
function asInBrowser<Made>(make: () => Made): Made {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: {} }, configurable: true })
  try {
    return make()
  } finally {
    if (own) Object.defineProperty(globalThis, 'navigator', own)
  }
}

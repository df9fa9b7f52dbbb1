import * as tf from '@tensorflow/tfjs-core'
import { Problem } from '../../../lib/problem.ts'
import { linkBinding } from '../../setup/tensorflow/installation.ts'
import type { TrainingEngine } from '../training-engine.ts'
import { tensorflowKernels } from './kernels.ts'
import { type NativeBackend, rawOps } from './raw-ops.ts'

/** TensorFlow's kernels under tfjs, on a GPU or the CPU: the fastest engine that trains. */
export function tensorflowEngine(): TrainingEngine {
  return {
    id: 'tensorflow',
    async probe() {
      try {
        return { available: true, version: (await backend()).binding.TF_Version }
      } catch (thrown) {
        const problem = Problem.from(thrown)
        return { available: false, why: problem.says }
      }
    },
    async open() {
      const native = await backend()
      if (tf.getBackend() !== 'tensorflow') await tf.setBackend('tensorflow')
      return {
        id: 'tensorflow',
        title: `TensorFlow ${native.binding.TF_Version} on the ${native.isUsingGpuDevice ? 'GPU' : 'CPU'}`,
        tf,
        kernels: tensorflowKernels(tf, rawOps(native)),
      }
    },
  }
}

/** Loads the native library at first use; a machine without it hears why. */
async function backend(): Promise<NativeBackend> {
  const known = tf.findBackend('tensorflow')
  if (known) return known as unknown as NativeBackend
  const linked = linkBinding()
  if (!linked.linked) throw absent(linked.why)
  // TensorFlow writes about itself otherwise, and takes all of a GPU's memory at once.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  const active = tf.getBackend()
  try {
    await import('@tensorflow/tfjs-node-gpu')
    const loaded = tf.findBackend('tensorflow')
    if (!loaded) throw new TypeError('it loaded, but under another copy of tfjs')
    return loaded as unknown as NativeBackend
  } catch (cause) {
    throw absent(
      `its native library does not load: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    )
  } finally {
    // Loading it makes it the active backend; that is for `open` to decide.
    if (active && tf.getBackend() !== active) await tf.setBackend(active)
  }
}

function absent(why: string, cause?: unknown): Problem {
  return new Problem('engines/absent', {
    says: `The tensorflow engine is not there: ${why}`,
    advice: 'Run "whippet setup tensorflow", or train with the wasm engine, slower.',
    cause,
  })
}

import type { InferenceSession } from 'onnxruntime-node'
import type { LinearObjective, LinearProblem, MakeObjective } from '../../../lib/training/objective.ts'
import { gradientModel, logitsModel } from './objective-model.ts'

export type OnnxruntimeObjectiveSettings = {
  /** Threads of one evaluation: one per core. The same number gives the same bytes. */
  threads: number
}

/** So many pictures are computed at once: enough to keep all cores busy, and memory stays bounded. */
const ROWS = 8192

/**
 * Linear objectives computed by onnxruntime on all cores. Features are read where they lie, without a copy. An
 * evaluation blocks the event loop for as long as it computes: for trainers, never for a server process.
 */
export function onnxruntimeObjective({ threads }: OnnxruntimeObjectiveSettings): MakeObjective {
  return async (problem) => {
    const ort = await import('onnxruntime-node')
    const options: InferenceSession.SessionOptions = {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    }
    const tensor = (data: Float32Array, ...dims: number[]) => new ort.Tensor('float32', data, dims)
    const gradients = await ort.InferenceSession.create(gradientModel(), options)
    const forward = await ort.InferenceSession.create(logitsModel(), options)
    return linearObjective(problem, gradients, forward, tensor)
  }
}

type MakeTensor = (data: Float32Array, ...dims: number[]) => InferenceSession.FeedsType[string]

function linearObjective(
  problem: LinearProblem,
  gradients: InferenceSession,
  forward: InferenceSession,
  tensor: MakeTensor,
): LinearObjective {
  const { features, labels, count, width, classes } = problem
  const weights = classes * width
  const oneHot = new Float32Array(Math.min(count, ROWS) * classes)

  const chunks = Array.from({ length: Math.ceil(count / ROWS) }, (_, chunk) => {
    const first = chunk * ROWS
    const rows = Math.min(ROWS, count - first)
    return {
      first,
      rows,
      features: tensor(features.subarray(first * width, (first + rows) * width), rows, width),
    }
  })

  const head = (parameters: Float64Array) => ({
    weight: tensor(new Float32Array(parameters.subarray(0, weights)), classes, width),
    bias: tensor(new Float32Array(parameters.subarray(weights)), classes),
  })

  const targetOf = (first: number, rows: number) => {
    oneHot.fill(0)
    for (let row = 0; row < rows; row++) oneHot[row * classes + labels[first + row]!] = 1
    return tensor(oneHot.subarray(0, rows * classes), rows, classes)
  }

  return {
    async evaluate(parameters, gradient) {
      const { weight, bias } = head(parameters)
      let loss = 0
      gradient.fill(0)
      for (const { first, rows, features } of chunks) {
        const found = await gradients.run({ features, weight, bias, target: targetOf(first, rows) })
        for (const one of values(found.losses)) loss += one
        addMean(gradient, 0, values(found.weightGradient), count)
        addMean(gradient, weights, values(found.biasGradient), count)
      }
      return loss / count
    },
    async logits(parameters) {
      const { weight, bias } = head(parameters)
      const logits = new Float32Array(count * classes)
      for (const { first, features } of chunks) {
        const found = await forward.run({ features, weight, bias })
        logits.set(values(found.logits), first * classes)
      }
      return logits
    },
    async close() {
      await gradients.release()
      await forward.release()
    },
  }
}

function values(tensor: InferenceSession.ReturnType[string] | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new TypeError('onnxruntime gave no float32 output')
  return tensor.data
}

function addMean(gradient: Float64Array, from: number, sums: Float32Array, count: number): void {
  for (let i = 0; i < sums.length; i++) gradient[from + i]! += sums[i]! / count
}

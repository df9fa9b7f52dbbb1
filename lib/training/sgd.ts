import type { Update } from './epochs.ts'

export type SgdSettings = {
  readonly learningRate: number
  readonly momentum: number
  /** The rate is multiplied by `decayFactor` every so many epochs. */
  readonly decayEvery: number
  readonly decayFactor: number
}

/** Stochastic gradient descent with momentum and stepwise decay, as PyTorch defines them: the rate scales the velocity. */
export function sgd({ learningRate, momentum, decayEvery, decayFactor }: SgdSettings): Update {
  let velocity: Float64Array | undefined
  return (parameters, gradient, epoch) => {
    velocity ??= new Float64Array(parameters.length)
    const rate = learningRate * decayFactor ** Math.floor(epoch / decayEvery)
    for (let i = 0; i < parameters.length; i++) {
      const v = momentum * velocity[i]! + gradient[i]!
      velocity[i] = v
      parameters[i]! -= rate * v
    }
  }
}

import type { LinearObjective, LinearProblem } from './objective.ts'

type Sizes = Pick<LinearProblem, 'width' | 'classes'>

/**
 * The same objective over the head of centred features: same weight, and a bias that counts from the mean picture.
 *
 * Pooled features are far from zero, which ties every weight to its bias and makes the solver take many small steps;
 * from the mean they are nearly independent. Only variables change: features are not copied, and the optimum is the same.
 */
export function centredObjective(
  objective: LinearObjective,
  mean: Float64Array,
  { width, classes }: Sizes,
): LinearObjective {
  const sizes = { width, classes }
  return {
    async evaluate(parameters, gradient) {
      const loss = await objective.evaluate(fromCentred(parameters, mean, sizes), gradient)
      for (let k = 0; k < classes; k++) {
        const slope = gradient[classes * width + k]!
        for (let j = 0, at = k * width; j < width; j++) gradient[at + j]! -= slope * mean[j]!
      }
      return loss
    },
    logits: (parameters) => objective.logits(fromCentred(parameters, mean, sizes)),
    close: () => objective.close(),
  }
}

/** The head of the features themselves: the same answers from them as `parameters` give from centred ones. */
export function fromCentred(
  parameters: Float64Array,
  mean: Float64Array,
  { width, classes }: Sizes,
): Float64Array {
  const moved = parameters.slice()
  for (let k = 0; k < classes; k++) {
    let sum = 0
    for (let j = 0, at = k * width; j < width; j++) sum += parameters[at + j]! * mean[j]!
    moved[classes * width + k]! -= sum
  }
  return moved
}

/** The mean feature vector. */
export function meanFeatures({
  features,
  count,
  width,
}: Pick<LinearProblem, 'features' | 'count' | 'width'>): Float64Array {
  const mean = new Float64Array(width)
  for (let i = 0, at = 0; i < count; i++) for (let j = 0; j < width; j++, at++) mean[j]! += features[at]!
  return mean.map((sum) => sum / Math.max(count, 1))
}

/** Labelled features as the solvers read them. */
export type LabelledFeatures = {
  /** `[count, width]`, row by row. */
  readonly features: Float32Array
  /** Class index per row. */
  readonly labels: Int32Array
  readonly count: number
}

/** What a {@link LinearObjective} is made for. */
export type LinearProblem = LabelledFeatures & { readonly width: number; readonly classes: number }

/**
 * The loss of a linear head on one set of features, with its gradient.
 *
 * Parameters are one vector of `classes × (width + 1)`: the weight `[classes, width]` row by row, then the bias. The
 * loss is the mean softmax cross-entropy, without an L2 term: that one needs no features, so the solvers add it.
 *
 * Every implementation passes `objective.suite.ts`. One call at a time.
 */
export interface LinearObjective {
  /** @returns the mean loss at `parameters`; its gradient is written to `gradient`. */
  evaluate(parameters: Float64Array, gradient: Float64Array): Promise<number>
  /** @returns `[count, classes]`, in memory of its own. */
  logits(parameters: Float64Array): Promise<Float32Array>
  /** Frees what the implementation holds outside the JavaScript heap. */
  close(): Promise<void>
}

/** How the solvers come by their objectives: plain TypeScript, or an engine's. */
export type MakeObjective = (problem: LinearProblem) => Promise<LinearObjective>

/** How many parameters a linear head has. */
export function parameterCount({ width, classes }: Pick<LinearProblem, 'width' | 'classes'>): number {
  return classes * (width + 1)
}

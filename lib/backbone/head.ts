/** The layers that are trained from scratch, as they are trained and exported: dense, PyTorch's order. */
export type Head = {
  /** `[classes, features]`, row by row. */
  readonly weight: Float32Array
  readonly bias: Float32Array
  readonly classes: number
  readonly features: number
}

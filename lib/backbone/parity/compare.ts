import type { ParityFixture } from './fixture.ts'

/** A tensor as a reader computed it: maps NHWC with a batch of one. */
export type Computed = { readonly shape: readonly number[]; readonly data: Float32Array }

export type StageDifference = { stage: string; difference: number }

/** What float32 explains between two correct implementations, relative to the largest absolute value. */
export const PARITY_TOLERANCE = 1e-4

/** What storing weights as 16-bit numbers explains: 2 to 6 in 10,000 were measured. */
export const HALVES_TOLERANCE = 1e-3

/** Largest difference of the pooled features, relative to their largest absolute value. */
export function featureDifference({ features }: ParityFixture, { data }: Computed): number {
  if (data.length !== features.length) return Infinity
  return largest(features, data) / features.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

/** First 8 values, mean and standard deviation of a stage against timm's, relative to the stage's largest absolute value. */
export function stageDifference(fixture: ParityFixture, stage: string, computed: Computed): number {
  const want = fixture.stages[stage]!
  if (String(want.shape) !== String(asNchw(computed.shape))) return Infinity
  const channels = computed.shape.at(-1)!
  // Channels come last here: channel 0's first row stands `channels` apart.
  const first8 = want.first8.map((_, i) => computed.data[computed.shape.length === 4 ? i * channels : i]!)
  const { mean, std } = momentsOf(computed.data)
  return largest([...want.first8, want.mean, want.std], [...first8, mean, std]) / want.maxAbs
}

function asNchw(shape: readonly number[]): readonly number[] {
  const [n, h, w, c] = shape
  return shape.length === 4 ? [n!, c!, h!, w!] : shape
}

function largest(want: ArrayLike<number>, got: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < want.length; i++) {
    const off = Math.abs(want[i]! - got[i]!)
    // Not Math.max: NaN must never look like agreement.
    if (!(off <= most)) most = Number.isNaN(off) ? Infinity : off
  }
  return most
}

function momentsOf(data: Float32Array): { mean: number; std: number } {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length
  const squares = data.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  // PyTorch's std divides by n − 1.
  return { mean, std: Math.sqrt(squares / (data.length - 1)) }
}

import { z } from 'zod'

/** What timm computes for one backbone with made-up weights and the made-up image. Shapes are NCHW, values in that order. */
export const parityFixtureSchema = z.object({
  arch: z.string(),
  timm: z.string(),
  bn_eps: z.array(z.number()),
  preprocess: z.object({
    input_size: z.array(z.number()),
    crop_pct: z.number(),
    interpolation: z.string(),
    mean: z.array(z.number()),
    std: z.array(z.number()),
  }),
  features: z.array(z.number()),
  stages: z.record(
    z.string(),
    z.object({
      shape: z.array(z.number()),
      mean: z.number(),
      std: z.number(),
      maxAbs: z.number(),
      first8: z.array(z.number()),
    }),
  ),
  tensors: z.record(z.string(), z.array(z.number())),
})
export type ParityFixture = z.infer<typeof parityFixtureSchema>

/** The made-up image of the fixtures is `uniform('input', 3·S·S)` as NCHW; this is it as NHWC. */
export function nchwToNhwc(planes: ArrayLike<number>, height: number, width: number): Float32Array {
  const channels = planes.length / (height * width)
  const out = new Float32Array(planes.length)
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < height * width; p++) out[p * channels + c] = planes[c * height * width + p]!
  return out
}

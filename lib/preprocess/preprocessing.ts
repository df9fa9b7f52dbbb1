/** Decoded pixels: RGB, 8 bits, rows from the top (HWC), upright (EXIF applied), sRGB, alpha flattened on white. */
export type Pixels = {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/**
 * How a picture becomes a backbone's input. Part of the feature cache's key and of every bundle.
 *
 * - `squash`: the whole picture, resized to S × S (the default).
 * - `crop`: shorter side resized to S / cropFraction, then the centre S × S (timm's evaluation transform).
 * - `pad`: longer side resized to S, the rest filled with the mean.
 */
export type Preprocessing = {
  readonly size: number
  readonly resize: 'squash' | 'crop' | 'pad'
  readonly cropFraction: number
  readonly interpolation: 'bicubic' | 'bilinear'
  /** Per channel, in units of 0..1. */
  readonly mean: readonly [number, number, number]
  readonly std: readonly [number, number, number]
}

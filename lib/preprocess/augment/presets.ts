import type { Preprocessing } from '../preprocessing.ts'

export type Span = readonly [from: number, to: number]

/** Which part of a picture a view shows. */
export type RandomCrop =
  /** The shorter side resized to so many times the input's, proportions kept; then any square of the input's size. */
  | { readonly kind: 'short-side'; readonly times: Span }
  /** A box of this share of the area and this aspect (width by height), squashed to the input. */
  | { readonly kind: 'area'; readonly area: Span; readonly aspect: Span }

/** How far colours move: brightness in units of 0..1, hue in turns, contrast and saturation as factors. */
export type ColourJitter = {
  readonly brightness: number
  readonly saturation: Span
  readonly hue: number
  readonly contrast: Span
}

/** How random views of a picture are made, and how pictures are placed where nothing may be random. */
export type Augmentation = {
  readonly about: string
  readonly crop: RandomCrop
  /** Whether half of the views are mirrored. */
  readonly flip: boolean
  readonly colour?: ColourJitter
  /** What evaluation, export and browser do instead; what is left out is the backbone's own. */
  readonly evaluation: Partial<Pick<Preprocessing, 'resize' | 'cropFraction' | 'interpolation'>>
}

/** TF-slim's evaluation: the middle 87.5 % (`central_fraction`; 224 of 256), bilinear. */
const MIDDLE = { resize: 'crop', cropFraction: 0.875, interpolation: 'bilinear' } as const

/**
 * `vgg` and `inception` are TF-slim's `vgg_preprocessing` and `inception_preprocessing`, which the 2019 tutorial used.
 * What they do to levels (the mean) is the backbone's own preprocessing here: its weights expect that.
 */
export const AUGMENTATION_PRESETS = {
  vgg: {
    about: 'Shorter side of 256 to 512 for an input of 224, any square of it, mirrored half the time.',
    crop: { kind: 'short-side', times: [256 / 224, 512 / 224] },
    flip: true,
    evaluation: MIDDLE,
  },
  inception: {
    about: '5 to 100 % of the area, squashed, mirrored half the time, colours moved strongly.',
    crop: { kind: 'area', area: [0.05, 1], aspect: [0.75, 1.33] },
    flip: true,
    colour: { brightness: 32 / 255, saturation: [0.5, 1.5], hue: 0.2, contrast: [0.5, 1.5] },
    evaluation: MIDDLE,
  },
  modern: {
    about: '35 to 100 % of the area, squashed a little, mirrored half the time, colours moved a little.',
    crop: { kind: 'area', area: [0.35, 1], aspect: [3 / 4, 4 / 3] },
    flip: true,
    colour: { brightness: 0.1, saturation: [0.8, 1.2], hue: 0.02, contrast: [0.8, 1.2] },
    evaluation: {},
  },
} as const satisfies Record<string, Augmentation>
export type AugmentationPreset = keyof typeof AUGMENTATION_PRESETS

import { nearest } from '../nearest.ts'
import type { Preprocessing } from '../preprocess/preprocessing.ts'
import { Problem } from '../problem.ts'
import { efficientNetLite } from './architectures/efficientnet-lite.ts'
import type { BackboneEntry } from './graph.ts'

const HALVES = [0.5, 0.5, 0.5] as const

/** What the Lite family's weights were trained with, besides the size. */
const LITE: Omit<Preprocessing, 'size' | 'cropFraction'> = {
  resize: 'squash',
  interpolation: 'bicubic',
  mean: HALVES,
  std: HALVES,
}

/** Every backbone. Top-1 is timm's result for these weights on ImageNet's validation set. */
export const BACKBONES = {
  tf_efficientnet_lite0: {
    title: 'EfficientNet-Lite0',
    build: () => efficientNetLite({ size: 224, width: 1, depth: 1 }),
    features: 1280,
    preprocess: { ...LITE, size: 224, cropFraction: 0.875 },
    weights: {
      home: 'timm/tf_efficientnet_lite0.in1k',
      licence: 'Apache-2.0',
      builtIn: 'tf_efficientnet_lite0.weights',
    },
    paper: 'arXiv:1905.11946',
    imagenetTop1: 74.83,
  },
  tf_efficientnet_lite2: {
    title: 'EfficientNet-Lite2',
    build: () => efficientNetLite({ size: 260, width: 1.1, depth: 1.2 }),
    features: 1280,
    preprocess: { ...LITE, size: 260, cropFraction: 0.89 },
    weights: { home: 'timm/tf_efficientnet_lite2.in1k', licence: 'Apache-2.0' },
    paper: 'arXiv:1905.11946',
    imagenetTop1: 77.46,
  },
} satisfies Record<string, BackboneEntry>

export type BackboneId = keyof typeof BACKBONES

/** @throws Problem `backbones/unknown` that suggests the nearest id. */
export function backboneEntry(id: string): BackboneEntry {
  if (Object.hasOwn(BACKBONES, id)) return BACKBONES[id as BackboneId]
  const ids = Object.keys(BACKBONES)
  throw new Problem('backbones/unknown', {
    says: `There is no backbone "${id}".`,
    advice: `Did you mean ${nearest(id, ids)}? Known: ${ids.join(', ')}.`,
  })
}

import { nearest } from '../nearest.ts'
import type { Preprocessing } from '../preprocess/preprocessing.ts'
import { Problem } from '../problem.ts'
import { efficientNetLite } from './architectures/efficientnet-lite.ts'
import { inceptionV4 } from './architectures/inception-v4.ts'
import { mobileNetV2 } from './architectures/mobilenet-v2.ts'
import { nasNetALarge } from './architectures/nasnet.ts'
import { resNet50 } from './architectures/resnet.ts'
import { resNetV2 } from './architectures/resnet-v2.ts'
import type { BackboneEntry } from './graph.ts'

type Range = Omit<Preprocessing, 'size' | 'cropFraction'>

const HALVES = [0.5, 0.5, 0.5] as const

/** Pixels in −1 … 1, as Google's networks want them. */
const INCEPTION: Range = { resize: 'squash', interpolation: 'bicubic', mean: HALVES, std: HALVES }

/** Pixels with ImageNet's mean and standard deviation taken out. */
const IMAGENET: Range = {
  resize: 'squash',
  interpolation: 'bicubic',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
}

/**
 * Every backbone. Preprocessing is what the weights were made for; top-1 is timm's result for these weights at that size
 * on ImageNet's validation set, and absent where timm states none.
 */
export const BACKBONES = {
  tf_efficientnet_lite0: {
    title: 'EfficientNet-Lite0',
    build: () => efficientNetLite({ size: 224, width: 1, depth: 1 }),
    features: 1280,
    preprocess: { ...INCEPTION, size: 224, cropFraction: 0.875 },
    weights: {
      home: 'timm/tf_efficientnet_lite0.in1k',
      licence: 'Apache-2.0',
      builtIn: 'tf_efficientnet_lite0.weights',
    },
    paper: 'arXiv:1905.11946',
    imagenetTop1: 74.83,
  },
  tf_efficientnet_lite1: {
    title: 'EfficientNet-Lite1',
    build: () => efficientNetLite({ size: 240, width: 1, depth: 1.1 }),
    features: 1280,
    preprocess: { ...INCEPTION, size: 240, cropFraction: 0.882 },
    weights: { home: 'timm/tf_efficientnet_lite1.in1k', licence: 'Apache-2.0' },
    paper: 'arXiv:1905.11946',
    imagenetTop1: 76.644,
  },
  tf_efficientnet_lite2: {
    title: 'EfficientNet-Lite2',
    build: () => efficientNetLite({ size: 260, width: 1.1, depth: 1.2 }),
    features: 1280,
    preprocess: { ...INCEPTION, size: 260, cropFraction: 0.89 },
    weights: { home: 'timm/tf_efficientnet_lite2.in1k', licence: 'Apache-2.0' },
    paper: 'arXiv:1905.11946',
    imagenetTop1: 77.46,
  },
  tf_efficientnet_lite3: {
    title: 'EfficientNet-Lite3',
    build: () => efficientNetLite({ size: 300, width: 1.2, depth: 1.4 }),
    features: 1280,
    preprocess: { ...INCEPTION, size: 300, cropFraction: 0.904, interpolation: 'bilinear' },
    weights: { home: 'timm/tf_efficientnet_lite3.in1k', licence: 'Apache-2.0' },
    paper: 'arXiv:1905.11946',
    imagenetTop1: 79.808,
  },
  tf_efficientnet_lite4: {
    title: 'EfficientNet-Lite4',
    build: () => efficientNetLite({ size: 380, width: 1.4, depth: 1.8 }),
    features: 1280,
    preprocess: { ...INCEPTION, size: 380, cropFraction: 0.92, interpolation: 'bilinear' },
    weights: { home: 'timm/tf_efficientnet_lite4.in1k', licence: 'Apache-2.0' },
    paper: 'arXiv:1905.11946',
    imagenetTop1: 81.532,
  },
  mobilenetv2_100: {
    title: 'MobileNetV2',
    build: () => mobileNetV2({ size: 224 }),
    features: 1280,
    preprocess: { ...IMAGENET, size: 224, cropFraction: 0.875 },
    weights: { home: 'timm/mobilenetv2_100.ra_in1k', licence: 'Apache-2.0' },
    paper: 'arXiv:1801.04381',
    imagenetTop1: 72.976,
  },
  resnet50: {
    title: 'ResNet-50',
    build: () => resNet50({ size: 224 }),
    features: 2048,
    preprocess: { ...IMAGENET, interpolation: 'bilinear', size: 224, cropFraction: 0.875 },
    weights: { home: 'timm/resnet50.tv_in1k', licence: 'BSD-3-Clause' },
    paper: 'arXiv:1512.03385',
    imagenetTop1: 76.13,
  },
  resnetv2_50: {
    title: 'ResNet-50 V2',
    build: () => resNetV2({ size: 224 }),
    features: 2048,
    preprocess: { ...INCEPTION, size: 224, cropFraction: 0.95 },
    weights: { home: 'timm/resnetv2_50.a1h_in1k', licence: 'Apache-2.0' },
    paper: 'arXiv:1603.05027',
    // timm's list has 81.398 for it at 288 pixels, and nothing at 224.
  },
  inception_v4: {
    title: 'Inception-v4',
    build: () => inceptionV4({ size: 299 }),
    features: 1536,
    preprocess: { ...INCEPTION, size: 299, cropFraction: 0.875 },
    weights: { home: 'timm/inception_v4.tf_in1k', licence: 'Apache-2.0' },
    paper: 'arXiv:1602.07261',
    imagenetTop1: 80.156,
  },
  nasnetalarge: {
    title: 'NASNet-A Large',
    build: () => nasNetALarge({ size: 331 }),
    features: 4032,
    preprocess: { ...INCEPTION, size: 331, cropFraction: 0.911 },
    weights: { home: 'timm/nasnetalarge.tf_in1k', licence: 'Apache-2.0' },
    paper: 'arXiv:1707.07012',
    imagenetTop1: 82.626,
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

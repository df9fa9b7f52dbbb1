import { type GraphBuilder, graphBuilder } from '../builder.ts'
import type { BackboneGraph, TensorId } from '../graph.ts'

/** How a size of the family differs from lite0. */
export type Scaling = { size: number; width: number; depth: number }

type Stage = { repeats: number; kernel: number; stride: number; expand: number; filters: number }

/** Table 1 of the paper, without stem and head. */
const STAGES: readonly Stage[] = [
  { repeats: 1, kernel: 3, stride: 1, expand: 1, filters: 16 },
  { repeats: 2, kernel: 3, stride: 2, expand: 6, filters: 24 },
  { repeats: 2, kernel: 5, stride: 2, expand: 6, filters: 40 },
  { repeats: 3, kernel: 3, stride: 2, expand: 6, filters: 80 },
  { repeats: 3, kernel: 5, stride: 1, expand: 6, filters: 112 },
  { repeats: 4, kernel: 5, stride: 2, expand: 6, filters: 192 },
  { repeats: 1, kernel: 3, stride: 1, expand: 6, filters: 320 },
]

/**
 * EfficientNet-Lite: EfficientNet without squeeze-and-excitation, relu6 for swish; stem, head and the depth of the first
 * and last stage are not scaled. Tan & Le 2019 (arXiv:1905.11946); names follow timm's `tf_efficientnet_lite*`.
 */
export function efficientNetLite({ size, width, depth }: Scaling): BackboneGraph {
  const g = graphBuilder({ size, batchNormEpsilon: 1e-3 })
  let x = g.group('stem', () => {
    const stem = g.stage('conv_stem', g.conv('conv_stem', g.image, { filters: 32, kernel: 3, stride: 2 }))
    return g.stage('bn1', g.batchNormRelu6('bn1', stem))
  })
  let channels = 32
  for (const [index, stage] of STAGES.entries()) {
    const filters = roundToEights(stage.filters * width)
    const isEdge = index === 0 || index === STAGES.length - 1
    const repeats = isEdge ? stage.repeats : Math.ceil(stage.repeats * depth)
    x = g.group(`blocks.${index}`, () => {
      for (let block = 0; block < repeats; block++) {
        const stride = block === 0 ? stage.stride : 1
        const name = `blocks.${index}.${block}`
        x = mbConv(g, name, x, { ...stage, stride, filters, channels })
        channels = filters
      }
      return x
    })
  }
  g.stage('blocks', x)
  return g.finish(
    g.group('conv_head', () => {
      const conv = g.stage('conv_head', g.conv('conv_head', x, { filters: 1280, kernel: 1 }))
      return g.stage('bn2', g.batchNormRelu6('bn2', conv))
    }),
  )
}

/** Inverted residual: widen, look around per channel, narrow; added to its input where the shapes allow. */
function mbConv(
  g: GraphBuilder,
  name: string,
  input: TensorId,
  { kernel, stride, expand, filters, channels }: Omit<Stage, 'repeats'> & { channels: number },
): TensorId {
  let x = input
  if (expand === 1) {
    x = g.batchNormRelu6(`${name}.bn1`, g.depthwiseConv(`${name}.conv_dw`, x, { kernel, stride }))
    x = g.batchNorm(`${name}.bn2`, g.conv(`${name}.conv_pw`, x, { filters, kernel: 1 }))
  } else {
    x = g.batchNormRelu6(
      `${name}.bn1`,
      g.conv(`${name}.conv_pw`, x, { filters: channels * expand, kernel: 1 }),
    )
    x = g.batchNormRelu6(`${name}.bn2`, g.depthwiseConv(`${name}.conv_dw`, x, { kernel, stride }))
    x = g.batchNorm(`${name}.bn3`, g.conv(`${name}.conv_pwl`, x, { filters, kernel: 1 }))
  }
  return stride === 1 && channels === filters ? g.add(name, [x, input]) : x
}

/** To a multiple of 8, never more than a tenth below what was asked for. */
function roundToEights(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8)
  return rounded < 0.9 * channels ? rounded + 8 : rounded
}

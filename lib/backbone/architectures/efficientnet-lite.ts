import { graphBuilder } from '../builder.ts'
import type { BackboneGraph } from '../graph.ts'
import { type InvertedResidualStage, invertedResidualStages } from './inverted-residual.ts'

/** How a size of the family differs from lite0. */
export type Scaling = { size: number; width: number; depth: number }

/** Table 1 of the paper, without stem and head. */
const STAGES: readonly InvertedResidualStage[] = [
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
  const g = graphBuilder({ size, batchNormEpsilon: 1e-3, padding: 'same' })
  const stem = g.group('stem', () => {
    const conv = g.stage('conv_stem', g.conv('conv_stem', g.image, { filters: 32, kernel: 3, stride: 2 }))
    return g.stage('bn1', g.batchNormRelu6('bn1', conv))
  })
  const scaled = STAGES.map((stage, index) => {
    const isEdge = index === 0 || index === STAGES.length - 1
    const repeats = isEdge ? stage.repeats : Math.ceil(stage.repeats * depth)
    return { ...stage, repeats, filters: roundToEights(stage.filters * width) }
  })
  const x = invertedResidualStages(g, stem, 32, scaled)
  return g.finish(
    g.group('conv_head', () => {
      const conv = g.stage('conv_head', g.conv('conv_head', x, { filters: 1280, kernel: 1 }))
      return g.stage('bn2', g.batchNormRelu6('bn2', conv))
    }),
  )
}

/** To a multiple of 8, never more than a tenth below what was asked for. */
function roundToEights(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8)
  return rounded < 0.9 * channels ? rounded + 8 : rounded
}

import { graphBuilder } from '../builder.ts'
import type { BackboneGraph } from '../graph.ts'
import { type InvertedResidualStage, invertedResidualStages } from './inverted-residual.ts'

/** Table 2 of the paper, without stem and head. */
const STAGES: readonly InvertedResidualStage[] = [
  { repeats: 1, kernel: 3, stride: 1, expand: 1, filters: 16 },
  { repeats: 2, kernel: 3, stride: 2, expand: 6, filters: 24 },
  { repeats: 3, kernel: 3, stride: 2, expand: 6, filters: 32 },
  { repeats: 4, kernel: 3, stride: 2, expand: 6, filters: 64 },
  { repeats: 3, kernel: 3, stride: 1, expand: 6, filters: 96 },
  { repeats: 3, kernel: 3, stride: 2, expand: 6, filters: 160 },
  { repeats: 1, kernel: 3, stride: 1, expand: 6, filters: 320 },
]

/**
 * MobileNetV2: inverted residuals with linear bottlenecks. Sandler et al. 2018 (arXiv:1801.04381); names and PyTorch's
 * padding follow timm's `mobilenetv2_100`.
 */
export function mobileNetV2({ size }: { size: number }): BackboneGraph {
  const g = graphBuilder({ size, batchNormEpsilon: 1e-5, padding: 'symmetric' })
  const stem = g.group('stem', () => {
    const conv = g.stage('conv_stem', g.conv('conv_stem', g.image, { filters: 32, kernel: 3, stride: 2 }))
    return g.stage('bn1', g.batchNormRelu6('bn1', conv))
  })
  const x = invertedResidualStages(g, stem, 32, STAGES)
  return g.finish(
    g.group('conv_head', () => {
      const conv = g.stage('conv_head', g.conv('conv_head', x, { filters: 1280, kernel: 1 }))
      return g.stage('bn2', g.batchNormRelu6('bn2', conv))
    }),
  )
}

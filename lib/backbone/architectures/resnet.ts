import { type GraphBuilder, graphBuilder } from '../builder.ts'
import type { BackboneGraph, TensorId } from '../graph.ts'

/** Table 1 of the paper, the 50-layer column: bottlenecks per stage, and the width of their 3 × 3 convolution. */
const STAGES = [
  { blocks: 3, width: 64, stride: 1 },
  { blocks: 4, width: 128, stride: 2 },
  { blocks: 6, width: 256, stride: 2 },
  { blocks: 3, width: 512, stride: 2 },
] as const

/** A bottleneck ends four times as wide as it is inside. */
const EXPANSION = 4

/**
 * ResNet-50 with the stride on the 3 × 3 convolution, as PyTorch's. He et al. 2015 (arXiv:1512.03385); names follow timm's
 * `resnet50`.
 */
export function resNet50({ size }: { size: number }): BackboneGraph {
  const g = graphBuilder({ size, batchNormEpsilon: 1e-5, padding: 'symmetric' })
  let x = g.group('stem', () => {
    const conv = g.stage('conv1', g.conv('conv1', g.image, { filters: 64, kernel: 7, stride: 2 }))
    const act = g.stage('act1', g.relu('act1', g.stage('bn1', g.batchNorm('bn1', conv))))
    return g.stage('maxpool', g.maxPool('maxpool', act, { kernel: 3, stride: 2 }))
  })
  for (const [index, { blocks, width, stride }] of STAGES.entries()) {
    const layer = `layer${index + 1}`
    x = g.group(layer, () => {
      for (let block = 0; block < blocks; block++) {
        const name = `${layer}.${block}`
        const isFirst = block === 0
        x = bottleneck(g, name, x, { width, stride: isFirst ? stride : 1, isFirst })
        g.stage(name, x)
      }
      return x
    })
  }
  return g.finish(x)
}

/** Narrow, look around, widen; added to the input, which the first block of a stage brings to the same shape. */
function bottleneck(
  g: GraphBuilder,
  name: string,
  input: TensorId,
  { width, stride, isFirst }: { width: number; stride: number; isFirst: boolean },
): TensorId {
  const filters = width * EXPANSION
  let x = g.batchNorm(`${name}.bn1`, g.conv(`${name}.conv1`, input, { filters: width, kernel: 1 }))
  x = g.relu(`${name}.act1`, x)
  x = g.batchNorm(`${name}.bn2`, g.conv(`${name}.conv2`, x, { filters: width, kernel: 3, stride }))
  x = g.relu(`${name}.act2`, x)
  x = g.batchNorm(`${name}.bn3`, g.conv(`${name}.conv3`, x, { filters, kernel: 1 }))
  const shortcut = isFirst
    ? g.batchNorm(
        `${name}.downsample.1`,
        g.conv(`${name}.downsample.0`, input, { filters, kernel: 1, stride }),
      )
    : input
  return g.relu(name, g.add(`${name}.sum`, [x, shortcut]))
}

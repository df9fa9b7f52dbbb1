import { type GraphBuilder, graphBuilder } from '../builder.ts'
import type { BackboneGraph, TensorId } from '../graph.ts'

/** Bottlenecks per stage, and the width of their 3 × 3 convolution: as ResNet-50's. */
const STAGES = [
  { blocks: 3, width: 64, stride: 1 },
  { blocks: 4, width: 128, stride: 2 },
  { blocks: 6, width: 256, stride: 2 },
  { blocks: 3, width: 512, stride: 2 },
] as const

/** A bottleneck ends four times as wide as it is inside. */
const EXPANSION = 4

/**
 * ResNet-50 V2: batch norm and relu come before each convolution, so that the sums carry on untouched, and once more at
 * the end. He et al. 2016 (arXiv:1603.05027); names follow timm's `resnetv2_50`.
 */
export function resNetV2({ size }: { size: number }): BackboneGraph {
  const g = graphBuilder({ size, batchNormEpsilon: 1e-5, padding: 'symmetric' })
  let x = g.group('stem', () =>
    g.maxPool('stem.pool', g.conv('stem.conv', g.image, { filters: 64, kernel: 7, stride: 2 }), {
      kernel: 3,
      stride: 2,
    }),
  )
  for (const [index, { blocks, width, stride }] of STAGES.entries()) {
    x = g.group(`stages.${index}`, () => {
      for (let block = 0; block < blocks; block++) {
        const isFirst = block === 0
        const name = `stages.${index}.blocks.${block}`
        x = preactivatedBottleneck(g, name, x, { width, stride: isFirst ? stride : 1, isFirst })
      }
      return x
    })
  }
  g.stage('stages', x)
  // No group of its own: nobody wants to train the last norm and not what it follows.
  return g.finish(g.stage('norm', normRelu(g, 'norm', x)))
}

/** Each convolution reads a norm's relu. The first block of a stage brings that, not the input itself, to the sum. */
function preactivatedBottleneck(
  g: GraphBuilder,
  name: string,
  input: TensorId,
  { width, stride, isFirst }: { width: number; stride: number; isFirst: boolean },
): TensorId {
  const filters = width * EXPANSION
  const active = normRelu(g, `${name}.norm1`, input)
  const shortcut = isFirst ? g.conv(`${name}.downsample.conv`, active, { filters, kernel: 1, stride }) : input
  let x = g.conv(`${name}.conv1`, active, { filters: width, kernel: 1 })
  x = normRelu(g, `${name}.norm2`, x)
  x = g.conv(`${name}.conv2`, x, { filters: width, kernel: 3, stride })
  x = normRelu(g, `${name}.norm3`, x)
  x = g.conv(`${name}.conv3`, x, { filters, kernel: 1 })
  return g.add(name, [x, shortcut])
}

/** Batch norm and relu, which timm keeps in one module. */
function normRelu(g: GraphBuilder, name: string, input: TensorId): TensorId {
  return g.relu(`${name}.act`, g.batchNorm(name, input))
}

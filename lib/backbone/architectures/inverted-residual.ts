import type { GraphBuilder } from '../builder.ts'
import type { TensorId } from '../graph.ts'

/** A row of the table that MobileNetV2 and EfficientNet are given by: the first block strides, `expand` is its widening. */
export type InvertedResidualStage = {
  repeats: number
  kernel: number
  stride: number
  expand: number
  filters: number
}

/** The stages `blocks.0`, `blocks.1`, … over `input`, which has `channels`; each is a layer group. */
export function invertedResidualStages(
  g: GraphBuilder,
  input: TensorId,
  channels: number,
  stages: readonly InvertedResidualStage[],
): TensorId {
  let x = input
  let width = channels
  for (const [index, { repeats, ...stage }] of stages.entries()) {
    x = g.group(`blocks.${index}`, () => {
      for (let block = 0; block < repeats; block++) {
        const stride = block === 0 ? stage.stride : 1
        x = invertedResidual(g, `blocks.${index}.${block}`, x, { ...stage, stride, channels: width })
        width = stage.filters
      }
      return x
    })
  }
  return g.stage('blocks', x)
}

/** Widen, look around per channel, narrow; added to its input where the shapes allow. */
function invertedResidual(
  g: GraphBuilder,
  name: string,
  input: TensorId,
  {
    kernel,
    stride,
    expand,
    filters,
    channels,
  }: Omit<InvertedResidualStage, 'repeats'> & { channels: number },
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

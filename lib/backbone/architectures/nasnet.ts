import { type GraphBuilder, graphBuilder } from '../builder.ts'
import type { BackboneGraph, TensorId } from '../graph.ts'

/** Filters of the first convolution, and of a normal cell's branches before the first reduction. */
const STEM = 96
const FILTERS = 168

/** Normal cells between two reductions, and in all. */
const REPEATS = 6
const CELLS = 3 * REPEATS

/**
 * NASNet-A (6 @ 4032): cells that were found by search, each reading the two before it. Zoph et al. 2017
 * (arXiv:1707.07012), figure 4; names follow timm's `nasnetalarge`, padding TensorFlow's.
 */
export function nasNetALarge({ size }: { size: number }): BackboneGraph {
  const g = graphBuilder({ size, batchNormEpsilon: 1e-3, padding: 'same' })
  const cell = (name: string, build: typeof normalCell, inputs: CellInputs) =>
    g.group(name, () => build(g, name, inputs))
  const conv0 = g.group('stem', () => {
    const conv = g.conv('conv0.conv', g.image, { filters: STEM, kernel: 3, stride: 2, padding: 'valid' })
    return g.stage('conv0', g.batchNorm('conv0.bn', conv))
  })
  let before = cell('cell_stem_0', firstStemCell, { x: conv0, before: conv0, filters: FILTERS / 4 })
  let x = cell('cell_stem_1', secondStemCell, { x: before, before: conv0, filters: FILTERS / 2 })
  for (let index = 0; index < CELLS; index++) {
    const section = Math.floor(index / REPEATS)
    const filters = FILTERS * 2 ** section
    const isFirst = index % REPEATS === 0
    if (isFirst && section > 0)
      x = cell(`reduction_cell_${section - 1}`, reductionCell, { x, before, filters })
    const next = cell(`cell_${index}`, isFirst ? firstCell : normalCell, { x, before, filters })
    before = x
    x = next
  }
  return g.finish(g.stage('act', g.relu('act', x)))
}

/** `x` is the cell before, `before` the one before that. */
type CellInputs = { x: TensorId; before: TensorId; filters: number }

/** Figure 4, left: the map keeps its size. */
function normalCell(g: GraphBuilder, name: string, { x, before, filters }: CellInputs): TensorId {
  const left = reluConvNorm(g, `${name}.conv_prev_1x1`, before, filters)
  return normal(g, name, left, reluConvNorm(g, `${name}.conv_1x1`, x, filters), filters)
}

/** The normal cell after a reduction: of its inputs the older one is twice as large. */
function firstCell(g: GraphBuilder, name: string, { x, before, filters }: CellInputs): TensorId {
  const left = halved(g, name, before, filters)
  return normal(g, name, left, reluConvNorm(g, `${name}.conv_1x1`, x, filters), filters)
}

/** Figure 4, right: half as large as its inputs. */
function reductionCell(g: GraphBuilder, name: string, { x, before, filters }: CellInputs): TensorId {
  const left = reluConvNorm(g, `${name}.conv_prev_1x1`, before, filters)
  return reduction(g, name, left, reluConvNorm(g, `${name}.conv_1x1`, x, filters), filters)
}

/** A reduction with nothing but the first convolution before it. */
function firstStemCell(g: GraphBuilder, name: string, { x, filters }: CellInputs): TensorId {
  return reduction(g, name, x, reluConvNorm(g, `${name}.conv_1x1`, x, filters), filters)
}

/** A reduction whose older input is twice as large as the other. */
function secondStemCell(g: GraphBuilder, name: string, { x, before, filters }: CellInputs): TensorId {
  const right = reluConvNorm(g, `${name}.conv_1x1`, x, filters)
  return reduction(g, name, halved(g, name, before, filters), right, filters)
}

function normal(g: GraphBuilder, name: string, left: TensorId, right: TensorId, filters: number): TensorId {
  const [activeLeft, activeRight] = [g.relu(`${name}.left.act`, left), g.relu(`${name}.right.act`, right)]
  const part = (i: number) => `${name}.comb_iter_${i}`
  const sum = (i: number, a: TensorId, b: TensorId) => g.add(part(i), [a, b])
  const separable = (branch: string, active: TensorId, kernel: number) =>
    twiceSeparable(g, branch, active, { filters, kernel })
  const meanRight = g.avgPool(`${part(2)}_left`, right, { kernel: 3 })
  // Two poolings in the paper, of the same map: the search found that. One is enough.
  const meanLeft = g.avgPool(`${part(3)}_left`, left, { kernel: 3 })
  return g.concat(name, [
    left,
    sum(0, separable(`${part(0)}_left`, activeRight, 5), separable(`${part(0)}_right`, activeLeft, 3)),
    sum(1, separable(`${part(1)}_left`, activeLeft, 5), separable(`${part(1)}_right`, activeLeft, 3)),
    sum(2, meanRight, left),
    sum(3, meanLeft, meanLeft),
    sum(4, separable(`${part(4)}_left`, activeRight, 3), right),
  ])
}

function reduction(g: GraphBuilder, name: string, left: TensorId, right: TensorId, filters: number) {
  const [activeLeft, activeRight] = [g.relu(`${name}.left.act`, left), g.relu(`${name}.right.act`, right)]
  const part = (i: number) => `${name}.comb_iter_${i}`
  const sum = (i: number, a: TensorId, b: TensorId) => g.add(part(i), [a, b])
  const separable = (branch: string, active: TensorId, kernel: number) =>
    twiceSeparable(g, branch, active, { filters, kernel, stride: 2 })
  const half = { kernel: 3, stride: 2 }
  const zero = sum(
    0,
    separable(`${part(0)}_left`, activeRight, 5),
    separable(`${part(0)}_right`, activeLeft, 7),
  )
  const one = sum(1, g.maxPool(`${part(1)}_left`, right, half), separable(`${part(1)}_right`, activeLeft, 7))
  const two = sum(
    2,
    // timm pads before it pools here, so that the padded zeros count; in pools of stride 1 they don't.
    g.avgPool(`${part(2)}_left`, right, { ...half, countPad: true }),
    separable(`${part(2)}_right`, activeLeft, 5),
  )
  const three = sum(3, g.avgPool(`${part(3)}_right`, zero, { kernel: 3 }), one)
  const four = sum(
    4,
    twiceSeparable(g, `${part(4)}_left`, g.relu(`${part(0)}.act`, zero), { filters, kernel: 3 }),
    g.maxPool(`${part(4)}_right`, right, half),
  )
  return g.concat(name, [one, two, three, four])
}

/** Depthwise, pointwise, batch norm, relu, and all but the relu once more. The first relu is `active`'s already. */
function twiceSeparable(
  g: GraphBuilder,
  name: string,
  active: TensorId,
  { filters, kernel, stride }: { filters: number; kernel: number; stride?: number },
): TensorId {
  const separable = (index: number, x: TensorId, step?: number) => {
    const module = `${name}.separable_${index}`
    const depthwise = g.depthwiseConv(`${module}.depthwise_conv2d`, x, { kernel, stride: step })
    const pointwise = g.conv(`${module}.pointwise_conv2d`, depthwise, { filters, kernel: 1 })
    return g.batchNorm(`${name}.bn_sep_${index}`, pointwise)
  }
  return separable(2, g.relu(`${name}.act_2`, separable(1, active, stride)))
}

/**
 * Half as large without a blur: a 1 × 1 convolution of every second pixel, and another of those between them (from the
 * second row and column on, zeros past the end), joined.
 */
function halved(g: GraphBuilder, name: string, input: TensorId, filters: number): TensorId {
  const active = g.relu(`${name}.act`, input)
  const shifted = g.slice(`${name}.path_2.shifted`, active, { top: 1, left: 1 })
  const window = { filters: filters / 2, kernel: 1, stride: 2 }
  const beyond = { top: 0, bottom: 1, left: 0, right: 1 }
  const joined = g.concat(`${name}.paths`, [
    g.conv(`${name}.path_1.conv`, active, { ...window, padding: 'valid' }),
    g.conv(`${name}.path_2.conv`, shifted, { ...window, padding: beyond }),
  ])
  return g.batchNorm(`${name}.final_path_bn`, joined)
}

function reluConvNorm(g: GraphBuilder, name: string, input: TensorId, filters: number): TensorId {
  const conv = g.conv(`${name}.conv`, g.relu(`${name}.act`, input), { filters, kernel: 1 })
  return g.batchNorm(`${name}.bn`, conv)
}

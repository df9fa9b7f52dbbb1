import { type GraphBuilder, graphBuilder } from '../builder.ts'
import type { BackboneGraph, Pair, TensorId } from '../graph.ts'

/** One convolution of a branch, batch norm and relu after it. Those that look around keep the size unless they are `valid`. */
type Step = { filters: number; kernel: number | Pair; stride?: number; valid?: true }

const ROW: Pair = [1, 7]
const COLUMN: Pair = [7, 1]
const SHORT_ROW: Pair = [1, 3]
const SHORT_COLUMN: Pair = [3, 1]

const point = (filters: number): Step => ({ filters, kernel: 1 })
const wide = (filters: number, kernel: number | Pair): Step => ({ filters, kernel })
/** Without padding: the map shrinks. */
const inner = (filters: number, stride = 1): Step => ({ filters, kernel: 3, stride, valid: true })

/**
 * Inception-v4. Szegedy et al. 2016 (arXiv:1602.07261), figures 3 to 9; names follow timm's `inception_v4`, whose modules
 * are numbered: `features.6` to `9` are Inception-A, `11` to `17` B, `19` to `21` C, `10` and `18` the reductions.
 */
export function inceptionV4({ size }: { size: number }): BackboneGraph {
  const g = graphBuilder({ size, batchNormEpsilon: 1e-3, padding: 'same' })
  let x = g.group('stem', () => {
    const first = g.stage('features.0', step(g, 'features.0', g.image, inner(32, 2)))
    const second = g.stage('features.1', step(g, 'features.1', first, inner(32)))
    return g.stage('features.2', step(g, 'features.2', second, wide(64, 3)))
  })
  let index = 3
  const module = (build: (g: GraphBuilder, name: string, x: TensorId) => TensorId) => {
    const name = `features.${index++}`
    x = g.group(name, () => build(g, name, x))
  }
  for (const build of [mixed3a, mixed4a, mixed5a]) module(build)
  for (let i = 0; i < 4; i++) module(inceptionA)
  module(reductionA)
  for (let i = 0; i < 7; i++) module(inceptionB)
  module(reductionB)
  for (let i = 0; i < 3; i++) module(inceptionC)
  return g.finish(g.stage('features', x))
}

/** The stem's three joints, figure 3. */
function mixed3a(g: GraphBuilder, name: string, x: TensorId): TensorId {
  return g.concat(name, [shrunk(g, `${name}.maxpool`, x), step(g, `${name}.conv`, x, inner(96, 2))])
}
function mixed4a(g: GraphBuilder, name: string, x: TensorId): TensorId {
  return g.concat(name, [
    branch(g, `${name}.branch0`, x, [point(64), inner(96)]),
    branch(g, `${name}.branch1`, x, [point(64), wide(64, ROW), wide(64, COLUMN), inner(96)]),
  ])
}
function mixed5a(g: GraphBuilder, name: string, x: TensorId): TensorId {
  return g.concat(name, [step(g, `${name}.conv`, x, inner(192, 2)), shrunk(g, `${name}.maxpool`, x)])
}

/** Figure 4: 35 × 35. */
function inceptionA(g: GraphBuilder, name: string, x: TensorId): TensorId {
  return g.concat(name, [
    step(g, `${name}.branch0`, x, point(96)),
    branch(g, `${name}.branch1`, x, [point(64), wide(96, 3)]),
    branch(g, `${name}.branch2`, x, [point(64), wide(96, 3), wide(96, 3)]),
    averaged(g, `${name}.branch3`, x, 96),
  ])
}

/** Figure 7, with k = 192, l = 224, m = 256, n = 384. */
function reductionA(g: GraphBuilder, name: string, x: TensorId): TensorId {
  return g.concat(name, [
    step(g, `${name}.branch0`, x, inner(384, 2)),
    branch(g, `${name}.branch1`, x, [point(192), wide(224, 3), inner(256, 2)]),
    shrunk(g, `${name}.branch2`, x),
  ])
}

/** Figure 5: 17 × 17. */
function inceptionB(g: GraphBuilder, name: string, x: TensorId): TensorId {
  const long = [point(192), wide(192, COLUMN), wide(224, ROW), wide(224, COLUMN), wide(256, ROW)]
  return g.concat(name, [
    step(g, `${name}.branch0`, x, point(384)),
    branch(g, `${name}.branch1`, x, [point(192), wide(224, ROW), wide(256, COLUMN)]),
    branch(g, `${name}.branch2`, x, long),
    averaged(g, `${name}.branch3`, x, 128),
  ])
}

/** Figure 8. */
function reductionB(g: GraphBuilder, name: string, x: TensorId): TensorId {
  return g.concat(name, [
    branch(g, `${name}.branch0`, x, [point(192), inner(192, 2)]),
    branch(g, `${name}.branch1`, x, [point(256), wide(256, ROW), wide(320, COLUMN), inner(320, 2)]),
    shrunk(g, `${name}.branch2`, x),
  ])
}

/** Figure 6: 8 × 8. Two branches end in a fork. */
function inceptionC(g: GraphBuilder, name: string, x: TensorId): TensorId {
  const one = step(g, `${name}.branch1_0`, x, point(384))
  let two = step(g, `${name}.branch2_0`, x, point(384))
  two = step(g, `${name}.branch2_1`, two, wide(448, SHORT_COLUMN))
  two = step(g, `${name}.branch2_2`, two, wide(512, SHORT_ROW))
  return g.concat(name, [
    step(g, `${name}.branch0`, x, point(256)),
    step(g, `${name}.branch1_1a`, one, wide(256, SHORT_ROW)),
    step(g, `${name}.branch1_1b`, one, wide(256, SHORT_COLUMN)),
    step(g, `${name}.branch2_3a`, two, wide(256, SHORT_ROW)),
    step(g, `${name}.branch2_3b`, two, wide(256, SHORT_COLUMN)),
    averaged(g, `${name}.branch3`, x, 256),
  ])
}

/** The mean around each pixel, which is place 0 of timm's branch, then a 1 × 1 convolution. */
function averaged(g: GraphBuilder, name: string, x: TensorId, filters: number): TensorId {
  return step(g, `${name}.1`, g.avgPool(`${name}.0`, x, { kernel: 3 }), point(filters))
}

function shrunk(g: GraphBuilder, name: string, x: TensorId): TensorId {
  return g.maxPool(name, x, { kernel: 3, stride: 2, padding: 'valid' })
}

function branch(g: GraphBuilder, name: string, input: TensorId, steps: readonly Step[]): TensorId {
  return steps.reduce((x, each, place) => step(g, `${name}.${place}`, x, each), input)
}

function step(g: GraphBuilder, name: string, x: TensorId, { valid, ...window }: Step): TensorId {
  const conv = g.conv(`${name}.conv`, x, { ...window, ...(valid && { padding: 'valid' }) })
  return g.relu(name, g.batchNorm(`${name}.bn`, conv))
}

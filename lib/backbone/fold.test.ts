import { expect, test } from 'vitest'
import { foldBatchNorm, foldedAway } from './fold.ts'
import { everyOp } from './testing/every-op.ts'
import { madeUpWeights } from './weights/made-up.ts'

const graph = everyOp()
const weights = madeUpWeights(graph)

test('every batch norm after a convolution is folded, those after a pool, a joint, a sum or a convolution that others read stay', () => {
  const folded = foldBatchNorm(graph, weights, ['dense'])
  expect(folded.graph.nodes.filter(({ op }) => op === 'batchNorm').map(({ id }) => id)).toEqual([
    'bn_after_pool',
    'bn_forked',
    'bn_halves',
    'bn_before',
  ])
  expect([...foldedAway(graph, ['dense'])]).toEqual(['conv_stem', 'conv_pytorch', 'dw_same', 'conv_row'])
})

test('a convolution whose own result is kept is not folded', () => {
  const { graph: folded } = foldBatchNorm(graph, weights, ['conv_stem', 'dense'])
  expect(folded.nodes.map(({ id }) => id)).toContain('conv_stem')
  expect(folded.nodes.map(({ id }) => id)).not.toContain('conv_pytorch')
})

test('only what the outputs need is left', () => {
  const { graph: folded } = foldBatchNorm(graph, weights, ['relu_dw'])
  expect(folded.nodes.map(({ id }) => id)).toEqual(['image', 'stem_bn', 'stem', 'bn_dw', 'relu_dw'])
})

test('folding leaves the given weights as they were', () => {
  const before = weights.get('conv_stem.weight').data.slice()
  foldBatchNorm(graph, weights, ['dense'])
  expect(weights.get('conv_stem.weight').data).toEqual(before)
})

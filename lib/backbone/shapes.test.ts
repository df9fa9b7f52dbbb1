import { describe, expect, test } from 'vitest'
import type { GraphNode, GraphOp, Padding } from './graph.ts'
import { shapesOf } from './shapes.ts'

const MAP = { kernel: [3, 3], strides: [2, 2], padding: 'same' } as const

/** Nodes in a row over a picture of 9 × 9. */
function shapesAlong(...ops: GraphOp[]): (readonly number[] | undefined)[] {
  const nodes = ops.map(
    (op, i): GraphNode => ({ ...op, id: `n${i}`, inputs: [i ? `n${i - 1}` : 'image'], group: 'g' }),
  )
  const shapes = shapesOf({
    size: 9,
    nodes: [{ op: 'image', id: 'image', inputs: [], group: 'g' }, ...nodes],
  })
  return nodes.map(({ id }) => shapes.get(id))
}

const conv = (padding: Padding, kernel: readonly [number, number] = [3, 3]): GraphOp => ({
  ...MAP,
  op: 'conv',
  filters: 4,
  kernel,
  padding,
  weight: 'w',
})

describe('shapes', () => {
  test('windows: SAME, VALID and numbers', () => {
    expect(shapesAlong(conv('same'))).toEqual([[5, 5, 4]])
    expect(shapesAlong(conv('valid'))).toEqual([[4, 4, 4]])
    expect(shapesAlong(conv({ top: 0, bottom: 1, left: 0, right: 3 }))).toEqual([[4, 5, 4]])
    expect(shapesAlong(conv('valid', [1, 7]))).toEqual([[5, 2, 4]])
  })

  test('pad, slice, pool and dense', () => {
    expect(
      shapesAlong(
        { op: 'pad', padding: { top: 1, bottom: 2, left: 0, right: 4 } },
        { op: 'slice', top: 3, left: 1 },
        { ...MAP, op: 'avgPool', countPad: true },
        { op: 'globalAveragePool' },
        { op: 'dense', units: 7, weight: 'w' },
      ),
    ).toEqual([[12, 13, 3], [9, 12, 3], [5, 6, 3], [3], [7]])
  })

  test.each([
    [
      'a window that is larger than the map',
      [conv('valid', [11, 11])],
      '11 × 11 window is larger than 9 × 9',
    ],
    ['a slice that leaves nothing', [{ op: 'slice', top: 9, left: 0 }], 'leaves nothing of 9 × 9'],
    ['a dense layer over a map', [{ op: 'dense', units: 3, weight: 'w' }], 'was given [9, 9, 3]'],
    [
      'a window over a vector',
      [{ op: 'globalAveragePool' }, { ...MAP, op: 'maxPool' }],
      'slides over a map and was given [3]',
    ],
  ] satisfies [string, GraphOp[], string][])('%s is refused', (_what, ops, says) => {
    expect(() => shapesAlong(...ops)).toThrow(
      expect.objectContaining({ code: 'backbones/bad-graph', says: expect.stringContaining(says) }),
    )
  })
})

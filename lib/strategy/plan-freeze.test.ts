import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BackboneGraph, GraphNode } from '../backbone/graph.ts'
import { HEAD, withHead } from '../backbone/head.ts'
import { BACKBONES } from '../backbone/registry.ts'
import { planFreeze } from './plan-freeze.ts'

const lite0 = withHead(BACKBONES.tf_efficientnet_lite0.build(), 120)

test('feature extraction on lite0 trains 153,720 numbers and caches one vector', () => {
  const plan = planFreeze(lite0, [HEAD])
  expect(plan.trainableParameters).toBe(1280 * 120 + 120)
  expect(plan.boundary).toEqual(['global_pool'])
  expect(plan.suffix).toEqual(['classifier'])
})

test('lite0 without its classifier has the 3,371,008 parameters of timm’s', () => {
  expect(planFreeze(lite0, [HEAD]).frozenParameters).toBe(3_371_008)
})

test('training the last stage too caches the map that it reads', () => {
  const plan = planFreeze(lite0, ['blocks.6', HEAD])
  expect(plan.boundary).toEqual(['blocks.5.3'])
  expect(plan.prefix).not.toContain('blocks.6.0.conv_pw')
})

test('where nothing is frozen the cache holds the picture', () => {
  for (const { build } of Object.values(BACKBONES)) {
    const graph = withHead(build(), 10)
    expect(planFreeze(graph, graph.groups)).toMatchObject({ prefix: ['image'], boundary: ['image'] })
  }
})

test.each([
  ['resnet50', ['layer4'], ['layer3.5']],
  ['resnetv2_50', ['stages.3'], ['stages.2.blocks.5']],
  // Its four branches, one of them with a pool in front, read one map.
  ['inception_v4', ['features.21'], ['features.20']],
  // A cell reads the two before it.
  ['nasnetalarge', ['cell_17'], ['cell_15', 'cell_16']],
  // What two later cells read is cached once.
  ['nasnetalarge', ['cell_stem_1'], ['conv0.bn', 'cell_stem_0']],
] as const)('%s with %s and all after it trained caches %s', (id, [from], boundary) => {
  const graph = withHead(BACKBONES[id].build(), 10)
  const trained = graph.groups.slice(graph.groups.indexOf(from))
  expect(planFreeze(graph, trained).boundary).toEqual(boundary)
})

test('of a cell that is trained alone, later branches that it does not reach run once', () => {
  const graph = withHead(BACKBONES.nasnetalarge.build(), 10)
  const { prefix, boundary } = planFreeze(graph, ['cell_5', HEAD])
  // cell_6 reads cell_4 past the reduction.
  expect(prefix).toContain('cell_6.final_path_bn')
  expect(boundary).toEqual(expect.arrayContaining(['cell_3', 'cell_4', 'cell_6.final_path_bn']))
})

test('a group that is not there is refused by name', () => {
  expect(() => planFreeze(lite0, ['layer9'])).toThrow(
    expect.objectContaining({ code: 'strategy/unknown-group' }),
  )
  expect(() => planFreeze(lite0, [])).toThrow(expect.objectContaining({ code: 'strategy/nothing-trained' }))
})

/** Any graph of element-wise sums, its nodes in groups of any order. */
const graphs = fc
  .array(fc.record({ from: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), group: fc.nat(4) }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((rows): BackboneGraph => {
    const nodes: GraphNode[] = [{ op: 'image', id: 'image', inputs: [], group: 'g0' }]
    for (const [i, { from, group }] of rows.entries()) {
      nodes.push({
        op: 'add',
        id: `n${i}`,
        inputs: from.map((at) => nodes[at % nodes.length]!.id),
        group: `g${group}`,
      })
    }
    const groups = ['g0', 'g1', 'g2', 'g3', 'g4']
    return { nodes, groups, size: 4, features: nodes.at(-1)!.id, featureMap: 'image', stages: {} }
  })
const trainings = fc.subarray(['g0', 'g1', 'g2', 'g3', 'g4'], { minLength: 1 })

test('prefix and suffix are the whole graph, nothing trained is in the prefix, and the prefix needs nothing else', () => {
  fc.assert(
    fc.property(graphs, trainings, (graph, trained) => {
      const { prefix, suffix, boundary } = planFreeze(graph, trained)
      const before = new Set(prefix)
      expect([...prefix, ...suffix].sort()).toEqual(graph.nodes.map(({ id }) => id).sort())
      for (const { id, op, group, inputs } of graph.nodes) {
        if (!before.has(id)) continue
        if (op !== 'image') expect(trained).not.toContain(group)
        expect(inputs.every((input) => before.has(input))).toBe(true)
      }
      expect(boundary.every((id) => before.has(id))).toBe(true)
    }),
  )
})

test('prefix and boundary are all that the suffix needs', () => {
  fc.assert(
    fc.property(graphs, trainings, (graph, trained) => {
      const { suffix, boundary } = planFreeze(graph, trained)
      const known = new Set([...suffix, ...boundary])
      for (const { id, inputs } of graph.nodes) {
        if (suffix.includes(id)) expect(inputs.every((input) => known.has(input))).toBe(true)
      }
    }),
  )
})

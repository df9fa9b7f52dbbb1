import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { trainableNames } from '../backbone/cost.ts'
import { HEAD, withHead } from '../backbone/head.ts'
import { BACKBONES, type BackboneId } from '../backbone/registry.ts'
import { weightShapes } from '../backbone/shapes.ts'
import { matchPatterns } from './patterns.ts'
import { phasesOf } from './phases.ts'
import { planFreeze } from './plan-freeze.ts'
import type { Strategy } from './strategies.ts'

const graphOf = (id: BackboneId) => withHead(BACKBONES[id].build(), 10)
const lite0 = graphOf('tf_efficientnet_lite0')
const HEAD_ALONE = { name: 'head', trained: [HEAD], by: 'solver' }
const ids = Object.keys(BACKBONES) as BackboneId[]

describe('partial fine-tuning', () => {
  test('the last group is the last before the head, which is trained too', () => {
    const { phases } = phasesOf({ name: 'partial-fine-tuning' }, lite0)
    expect(phases).toEqual([HEAD_ALONE, { name: 'fine-tuning', trained: ['conv_head', HEAD], by: 'epochs' }])
  })

  test('chosen groups are trained in the graph’s order', () => {
    const { phases } = phasesOf({ name: 'partial-fine-tuning', groups: ['blocks.6', 'stem'] }, lite0)
    expect(phases.at(-1)!.trained).toEqual(['stem', 'blocks.6', HEAD])
  })

  test('more groups than there are, and groups that are not there, are refused with those that are', () => {
    expect(() => phasesOf({ name: 'partial-fine-tuning', groups: 10 }, lite0)).toThrow(
      expect.objectContaining({ code: 'strategy/too-many-groups', says: expect.stringContaining('9') }),
    )
    expect(() => phasesOf({ name: 'partial-fine-tuning', groups: ['layer4'] }, lite0)).toThrow(
      expect.objectContaining({ code: 'strategy/unknown-group' }),
    )
  })

  test('a group more never means a longer prefix, fewer trained numbers, or less work per epoch', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ids), fc.nat(30), (id, more) => {
        const graph = graphOf(id)
        const n = more % (graph.groups.length - 1)
        const [less, plus] = [n, n + 1].map((groups) =>
          planFreeze(graph, phasesOf({ name: 'partial-fine-tuning', groups }, graph).phases.at(-1)!.trained),
        )
        expect(plus!.prefix.length).toBeLessThan(less!.prefix.length)
        expect(plus!.trainableParameters).toBeGreaterThan(less!.trainableParameters)
        expect(plus!.flops.suffix).toBeGreaterThan(less!.flops.suffix)
        expect(plus!.flops.prefix).toBeLessThan(less!.flops.prefix)
        expect(plus!.flops.prefix + plus!.flops.suffix).toBe(less!.flops.prefix + less!.flops.suffix)
      }),
      { numRuns: 20 },
    )
  })

  test('all groups are full fine-tuning', () => {
    const groups = lite0.groups.length - 1
    expect(phasesOf({ name: 'partial-fine-tuning', groups }, lite0).phases).toEqual(
      phasesOf({ name: 'full-fine-tuning' }, lite0).phases,
    )
  })
})

test('the head is fitted first, unless it is told not to be or would stand on fresh layers', () => {
  const names = (options: Partial<Strategy>) =>
    phasesOf({ name: 'full-fine-tuning', ...options }, lite0).phases.map(({ name }) => name)
  expect(names({})).toEqual(['head', 'fine-tuning'])
  expect(names({ headFirst: false })).toEqual(['fine-tuning'])
  expect(names({ skip: ['conv_stem'] })).toEqual(['fine-tuning'])
})

test('a head with a hidden layer is trained in epochs from the start', () => {
  const graph = withHead(BACKBONES.tf_efficientnet_lite0.build(), 10, 64)
  const names = (options: Partial<Strategy>) =>
    phasesOf({ name: 'full-fine-tuning', ...options }, graph).phases.map(({ by }) => by)
  expect(names({})).toEqual(['epochs'])
  expect(names({ name: 'gradual-unfreezing' })).toEqual(['epochs', 'epochs'])
  expect(() => names({ headFirst: true })).toThrow(
    expect.objectContaining({ code: 'strategy/head-not-linear' }),
  )
  expect(planFreeze(graph, [HEAD]).trainableParameters).toBe(1280 * 64 + 64 + 64 * 10 + 10)
})

describe('gradual unfreezing', () => {
  test('by default the head first, then everything', () => {
    const { phases } = phasesOf({ name: 'gradual-unfreezing' }, lite0)
    expect(phases).toEqual([HEAD_ALONE, { name: 'stage 2', trained: lite0.groups, by: 'epochs' }])
  })

  test('every stage has its own groups, epochs and rate', () => {
    const stages = [{ groups: 0, epochs: 3, learningRate: 0.1 }, { groups: 2 }, { groups: ['stem'] }]
    const { phases } = phasesOf({ name: 'gradual-unfreezing', stages }, lite0)
    expect(phases).toEqual([
      { name: 'head', trained: [HEAD], by: 'epochs', epochs: 3, learningRate: 0.1 },
      { name: 'stage 2', trained: ['blocks.6', 'conv_head', HEAD], by: 'epochs' },
      { name: 'stage 3', trained: ['stem', HEAD], by: 'epochs' },
    ])
  })

  test('without a stage there is nothing to do', () => {
    expect(() => phasesOf({ name: 'gradual-unfreezing', stages: [] }, lite0)).toThrow(
      expect.objectContaining({ code: 'strategy/no-stages' }),
    )
  })
})

test('an option of another strategy is refused, and whose it is', () => {
  expect(() => phasesOf({ name: 'full-fine-tuning', groups: 2 }, lite0)).toThrow(
    expect.objectContaining({
      code: 'strategy/option-does-not-fit',
      advice: 'It belongs to partial-fine-tuning.',
    }),
  )
})

describe('patterns on weight names', () => {
  const trained = (...trainable: string[]) => {
    const phase = phasesOf({ name: 'partial-fine-tuning', trainable }, lite0).phases.at(-1)
    return planFreeze(lite0, phase!.trained)
  }

  test('a part of a name trains what contains it, and the head', () => {
    const plan = trained('blocks.6')
    expect(plan).toMatchObject(planFreeze(lite0, ['blocks.6', HEAD]))
    expect(plan.trainedGroups).toEqual(['blocks.6', HEAD])
  })

  test('a glob goes over the whole name; a group of which a part is trained says so', () => {
    const plan = trained('blocks.6.*conv_pw.weight')
    expect(plan.trainedWeights).toEqual(['blocks.6.0.conv_pw.weight', `${HEAD}.weight`, `${HEAD}.bias`])
    expect(plan.groups.find(({ name }) => name === 'blocks.6')).toMatchObject({ state: 'part' })
    expect(plan.boundary).toEqual(['blocks.5.3'])
  })

  test.each([
    ['block.6', 'blocks.6'],
    ['conv_haed', 'conv_head'],
    ['classifer', 'classifier'],
    ['blocks.6.0.conv_pw.wieght', 'blocks.6.0.conv_pw.weight'],
  ])('"%s" matches nothing, and "%s" is suggested', (pattern, near) => {
    for (const wish of [{ trainable: [pattern] }, { skip: [pattern] }]) {
      expect(() => phasesOf({ name: 'partial-fine-tuning', ...wish }, lite0)).toThrow(
        expect.objectContaining({
          code: 'strategy/pattern-matches-nothing',
          says: expect.stringContaining(`"${pattern}"`),
          advice: expect.stringContaining(near),
        }),
      )
    }
  })

  test('a whole name matches that weight alone: patterns can name the layer groups one by one, and they partition the weights', () => {
    for (const id of ids) {
      const graph = graphOf(id)
      const names = [...weightShapes(graph).keys()]
      const ofGroup = (group: string) =>
        graph.nodes.filter((node) => node.group === group).flatMap(trainableNames)
      for (const group of graph.groups) {
        const matches = matchPatterns(graph, ofGroup(group))
        expect(new Set(matches.flatMap(({ weights }) => weights))).toEqual(new Set(ofGroup(group)))
      }
      const statistics = names.filter((name) => /running_(mean|var)$/.test(name))
      expect(graph.groups.flatMap(ofGroup).concat(statistics).sort()).toEqual(names.sort())
    }
  })

  test('trained and frozen weights are all weights, none in both, whatever is matched', () => {
    const names = [...weightShapes(lite0).keys()].filter((name) => !/running_/.test(name))
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1, maxLength: 5 }), (trainable) => {
        const plan = trained(...trainable)
        expect(plan.trainedWeights).toEqual(
          names.filter((name) => trainable.includes(name) || name.startsWith(HEAD)),
        )
        expect(plan.trainableParameters + plan.frozenParameters).toBe(3_371_008 + 12_810)
        for (const node of lite0.nodes)
          if (plan.prefix.includes(node.id))
            expect(trainableNames(node).filter((name) => plan.trainedWeights.includes(name))).toEqual([])
      }),
      { numRuns: 30 },
    )
  })
})

describe('weights that are not restored', () => {
  test('they are named, moving statistics included', () => {
    const { skipped } = phasesOf({ name: 'full-fine-tuning', skip: ['bn2'] }, lite0)
    expect(skipped).toEqual(expect.arrayContaining(['bn2.weight', 'bn2.bias', 'bn2.running_mean']))
  })

  test('a skipped weight that is frozen is refused, and why', () => {
    expect(() => phasesOf({ name: 'partial-fine-tuning', skip: ['blocks.6'] }, lite0)).toThrow(
      expect.objectContaining({
        code: 'strategy/skipped-frozen',
        advice: expect.stringContaining('layer group is blocks.6'),
      }),
    )
    expect(() => phasesOf({ name: 'feature-extraction', skip: ['stem'] }, lite0)).toThrow()
  })

  test('it is enough that a later stage trains it', () => {
    const { skipped } = phasesOf({ name: 'gradual-unfreezing', skip: ['conv_head'] }, lite0)
    expect(skipped).toEqual(['conv_head.weight'])
  })
})

test('batch norm: moving statistics move only where a trained norm uses its batch, and its affine part may stay', () => {
  const trained = ['conv_head', HEAD]
  expect(planFreeze(lite0, trained).movingBatchNorms).toEqual([])
  const batch = planFreeze(lite0, trained, 'batch')
  expect(batch.movingBatchNorms).toHaveLength(1)
  const still = planFreeze(lite0, trained, 'batch, affine frozen')
  expect(still.movingBatchNorms).toEqual(batch.movingBatchNorms)
  expect(batch.trainableParameters - still.trainableParameters).toBe(2 * 1280)
  expect(still.groups.find(({ name }) => name === 'conv_head')).toMatchObject({ state: 'trained' })
})

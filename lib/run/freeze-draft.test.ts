import { describe, expect, test } from 'vitest'
import { backboneEntry } from '../backbone/registry.ts'
import { chosenGroups } from '../strategy/phases.ts'
import {
  FIRST_FREEZE,
  type FreezeDraft,
  frozenBefore,
  isSolved,
  onBackbone,
  stageOf,
  trainedGroups,
  withCut,
  withToggled,
} from './freeze-draft.ts'

const names = ['stem', 'a', 'b', 'c']
const last = (groups: FreezeDraft['groups']): FreezeDraft => ({ ...FIRST_FREEZE, choice: 'groups', groups })

describe('the freeze map', () => {
  test('the cut leaves what is behind it trained', () => {
    const cut = withCut(FIRST_FREEZE, names, 2)
    expect(cut).toMatchObject({ choice: 'groups', groups: 2 })
    expect(trainedGroups(cut, names)).toEqual(['b', 'c'])
    expect(frozenBefore(trainedGroups(cut, names), names)).toBe(2)
  })

  test('a cut at either end is the strategy of that name', () => {
    expect(withCut(last(1), names, 4).choice).toBe('features')
    expect(withCut(last(1), names, 0).choice).toBe('everything')
  })

  test('a click turns one group over, in the order of the graph', () => {
    const clicked = withToggled(last(1), names, 'a')
    expect(clicked.groups).toEqual(['a', 'c'])
    expect(withToggled(clicked, names, 'b').groups).toBe(3)
    expect(withToggled({ ...FIRST_FREEZE, choice: 'everything' }, names, 'stem').groups).toBe(3)
    expect(withToggled(last(1), names, 'c').choice).toBe('features')
  })

  test('shows the groups that the server will train', () => {
    const graph = backboneEntry('tf_efficientnet_lite0').build()
    for (const choice of [0, 1, 4, ['stem', 'blocks.3']]) {
      expect(trainedGroups(last(choice), graph.groups)).toEqual(chosenGroups(choice, graph))
    }
  })

  test('a group belongs to the first stage that trains it', () => {
    const stages = ['0', '1', 'all'].map((groups) => ({ groups, epochs: '', learningRate: '' }))
    const gradual = { ...FIRST_FREEZE, choice: 'gradual', stages } as const
    expect(names.map((name) => stageOf(gradual, names, name))).toEqual([3, 3, 3, 2])
  })

  test('another backbone keeps the number of groups, not names that it does not have', () => {
    const groups = [{ name: 'x' }, { name: 'y' }]
    expect(onBackbone(last(3), { groups, frozenOnly: false }).groups).toBe(2)
    expect(onBackbone(last(['a']), { groups, frozenOnly: false }).groups).toBe(1)
    expect(onBackbone(last(3), { groups: [], frozenOnly: true }).choice).toBe('features')
  })
})

test('the solver fits the head alone or first, but no hidden layer and not on layers that start fresh', () => {
  expect(isSolved(FIRST_FREEZE, 0)).toBe(true)
  expect(isSolved(last(1), 0)).toBe(true)
  expect(isSolved({ ...last(1), headFirst: false }, 0)).toBe(false)
  expect(isSolved(last(1), 64)).toBe(false)
  expect(isSolved({ ...FIRST_FREEZE, choice: 'patterns', skip: 'bn2' }, 0)).toBe(false)
  expect(isSolved({ ...FIRST_FREEZE, choice: 'gradual' }, 0)).toBe(true)
})

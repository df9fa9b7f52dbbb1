import { expect, test } from 'vitest'
import type { PlannedPhase } from './events.ts'
import { freezeWords, phaseWords, strategyWords, trainingFacts } from './freeze-words.ts'
import { reduceRun } from './reduce.ts'
import type { Run } from './run.ts'
import { attemptOf } from './testing/logs.ts'
import { trainingSchema } from './training.ts'

const phase = (name: string, trainedGroups: string[], epochs: number): PlannedPhase => ({
  name,
  epochs,
  learningRate: 0.01,
  trainedGroups,
  trainableParameters: 10,
  cut: 'c',
  prefix: 'cached',
  views: epochs === 0 ? 1 : 4,
  cacheBytes: 1,
  memoryBytes: 1,
})
const phases = [phase('head', ['classifier'], 0), phase('stage 2', ['b', 'classifier'], 3)]
const plan = {
  type: 'plan',
  backbone: 'x',
  frozenGroups: ['stem', 'a'],
  trainedGroups: ['b', 'classifier'],
  trainableParameters: 10,
  cut: 'c',
} as const

function runOf(...events: Parameters<typeof attemptOf>): Run {
  return attemptOf({ type: 'started', pid: 1 }, ...events).reduce<Run | undefined>(reduceRun, undefined)!
}

test('a page says what is frozen in the phase that runs', () => {
  const mutable = { ...plan, frozenGroups: [...plan.frozenGroups], trainedGroups: [...plan.trainedGroups] }
  expect(freezeWords(runOf())).toBeUndefined()
  expect(freezeWords(runOf({ ...mutable, phases }))).toEqual({
    frozen: '2 groups frozen',
    trained: '1 group + head trained',
  })
  const inHead = { type: 'training-phase', index: 0, count: 2, name: 'head', epochs: 0 } as const
  expect(freezeWords(runOf({ ...mutable, phases }, inHead))).toEqual({
    frozen: '3 groups frozen',
    trained: 'head trained',
  })
  expect(freezeWords(runOf({ ...mutable, frozenGroups: ['stem'], trainedGroups: ['classifier'] }))).toEqual({
    frozen: '1 group frozen',
    trained: 'head trained',
  })
  const everything = { ...mutable, frozenGroups: [], trainedGroups: ['stem', 'classifier'] }
  expect(freezeWords(runOf(everything))?.frozen).toBe('nothing frozen')
})

test('settings of fine-tuning are said in words', () => {
  expect(strategyWords({ strategy: 'feature-extraction' })).toBe('feature extraction')
  expect(strategyWords({ strategy: 'partial-fine-tuning', freeze: { groups: 2 } })).toBe(
    'partial fine-tuning, the last 2 groups',
  )
  const patterns = { trainable: ['blocks.6', 'bn2'], skip: ['bn2'] }
  expect(strategyWords({ strategy: 'partial-fine-tuning', freeze: patterns })).toBe(
    'partial fine-tuning, blocks.6, bn2, bn2 from scratch',
  )
  expect(phases.map(phaseWords)).toEqual(['solved', '3 epochs at 0.01, 4 views'])
  expect(trainingFacts({ training: trainingSchema.parse({ weightDecay: 0.1 }) })[0]).toEqual([
    'Optimizer',
    'momentum, cosine, batch 32, weight decay 0.1',
  ])
})

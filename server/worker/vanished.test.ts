import { expect, test } from 'vitest'
import type { NewRunEvent, PlannedPhase } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import { attemptOf } from '../../lib/run/testing/logs.ts'
import { memoryAdvice, vanished } from './vanished.ts'

const phase: PlannedPhase = {
  name: 'fine-tuning',
  epochs: 3,
  learningRate: 0.01,
  trainedGroups: ['conv_head'],
  trainableParameters: 1,
  cut: 'image',
  prefix: 'none',
  views: 1,
  cacheBytes: 0,
  memoryBytes: 9e9,
  fittingBatch: 12,
}
const plan: NewRunEvent = {
  type: 'plan',
  backbone: 'tf_efficientnet_lite0',
  frozenGroups: [],
  trainedGroups: ['conv_head'],
  trainableParameters: 1,
  cut: 'image',
  phases: [phase],
}
const extracting: NewRunEvent = { type: 'phase', phase: 'extracting' }
const training: NewRunEvent = { type: 'training-phase', index: 0, count: 1, name: 'fine-tuning', epochs: 3 }
const runAfter = (...events: NewRunEvent[]) =>
  attemptOf({ type: 'started', pid: 1 }, plan, ...events).reduce<Run | undefined>(reduceRun, undefined)!

test('a trainer that the kernel kills while it trains is told the batch that fits', () => {
  for (const death of ['SIGKILL', 'SIGABRT']) {
    const { says, advice } = vanished(runAfter(extracting, training), death)
    expect(says).toMatch(/memory was short/)
    expect(advice).toContain('batchSize=12')
  }
})

test('one that is killed elsewhere, or dies by itself, is not', () => {
  expect(vanished(runAfter(extracting), 'SIGKILL').says).not.toMatch(/memory/)
  expect(vanished(runAfter(extracting, training), 'exit status 1').says).not.toMatch(/memory/)
})

test('a run whose attempts broke off while they trained is told too', () => {
  const broken = runAfter(extracting, training, { type: 'interrupted', why: 'vanished' })
  expect(memoryAdvice(broken)).toContain('batchSize=12')
})

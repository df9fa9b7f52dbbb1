import { describe, expect, test } from 'vitest'
import { Problem } from '../problem.ts'
import { fittingAdvice, outOfMemory } from './out-of-memory.ts'
import type { TrainingSettings } from './settings.ts'

const settings: TrainingSettings = {
  epochs: 1,
  batchSize: 64,
  optimizer: { kind: 'sgd' },
  learningRate: 0.1,
  schedule: { kind: 'constant' },
}

describe('what engines say of a full memory is understood', () => {
  test.each([
    'Session fail to run with error: OOM when allocating tensor with shape[64,112,112,32]',
    'RESOURCE_EXHAUSTED: failed to allocate memory',
    'Array buffer allocation failed',
    'WebAssembly.Memory.grow(): Maximum memory size exceeded',
    'std::bad_alloc',
    'Operation received an exception:Status: 1, message: could not create a primitive',
  ])('%s', (words) => {
    expect(outOfMemory(new Error(words), { settings, fittingBatch: 12 })).toMatchObject({
      code: 'training/out-of-memory',
      says: expect.stringContaining('64 pictures'),
      advice: expect.stringContaining('batchSize=12'),
    })
  })

  test('anything else stays what it is', () => {
    expect(outOfMemory(new Error('shape [2, 3] is not [3, 2]'), { settings })).toBeUndefined()
    const problem = new Problem('weights/missing', { says: 'out of memory is no matter here' })
    expect(outOfMemory(problem, { settings })).toBeUndefined()
  })
})

test('the batch that is advised is smaller, whatever the plan says', () => {
  expect(fittingAdvice({ batchSize: 64, fittingBatch: 48 })).toContain('batchSize=48')
  expect(fittingAdvice({ batchSize: 64, fittingBatch: 400 })).toMatch(/something else.*batchSize=32/)
  expect(fittingAdvice({ batchSize: 64 })).toContain('batchSize=32')
  for (const none of [
    { batchSize: 64, fittingBatch: 0 },
    { batchSize: 1, fittingBatch: 4 },
  ])
    expect(fittingAdvice(none)).toMatch(/fewer layer groups/)
})

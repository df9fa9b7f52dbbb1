import { expect, test } from 'vitest'
import type { InferenceEngine } from '../inference-engine.ts'
import { SELF_TEST_ANSWERS } from './network.ts'
import { selfTest } from './self-test.ts'

test('an engine that is off by a ten-thousandth fails, and the node is named', async () => {
  const result = await selfTest(
    engineThatSays((id, i) => SELF_TEST_ANSWERS[id]![i]! + (id === 'pool' ? 1e-4 : 0)),
  )
  expect(result).toEqual({ status: 'failed', why: expect.stringContaining('"pool"') })
})

test('an engine that gives no number, or NaN, fails', async () => {
  expect(await selfTest(engineThatSays(() => Number.NaN))).toMatchObject({ status: 'failed' })
})

test('an engine that is not there is absent, with the reason', async () => {
  const probe = async () => ({ available: false as const, why: 'no driver' })
  expect(await selfTest({ ...engineThatSays(() => 0), probe })).toEqual({
    status: 'absent',
    why: 'no driver',
  })
})

test('an engine that throws fails with its words', async () => {
  const open = async () => {
    throw new Error('no such kernel')
  }
  const result = await selfTest({ ...engineThatSays(() => 0), open })
  expect(result).toEqual({ status: 'failed', why: expect.stringContaining('no such kernel') })
})

/** A stand-in that answers with stored numbers, changed: the failures of real engines can't be had at will. */
function engineThatSays(answer: (id: string, i: number) => number): InferenceEngine {
  return {
    id: 'wasm',
    probe: async () => ({ available: true, version: '1' }),
    open: async (_graph, _weights, outputs) => ({
      run: async () => Object.fromEntries(outputs.map((id) => [id, outputOf(id)])),
      close: async () => undefined,
    }),
  }
  function outputOf(id: string) {
    return { shape: [], data: Float32Array.from(SELF_TEST_ANSWERS[id]!, (_, i) => answer(id, i)) }
  }
}

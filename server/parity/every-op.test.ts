import { describe, expect, test } from 'vitest'
import { everyOp } from '../../lib/backbone/testing/every-op.ts'
import { madeUpWeights, uniform } from '../../lib/backbone/weights/made-up.ts'
import { browserReader } from './browser.ts'
import { interpreterReader, onnxReader } from './engine-readers.ts'

const graph = everyOp()
const weights = madeUpWeights(graph)
const image = Float32Array.from(uniform('input', 3 * graph.size ** 2))

describe.each([onnxReader, browserReader])(
  'the $id reader computes what the interpreter computes',
  (reader) => {
    test('at every op and every way to pad', async () => {
      await expectAgreement(graph.tensors)
    })

    test('with batch norm folded and activations fused', async () => {
      await expectAgreement([graph.featureMap, 'dense'])
    })

    async function expectAgreement(outputs: readonly string[]) {
      const want = await interpreterReader.compute(graph, weights, image, outputs)
      const got = await reader.compute(graph, weights, image, outputs)
      for (const id of outputs) {
        expect(got[id]!.shape, id).toEqual(want[id]!.shape)
        for (const [i, value] of want[id]!.data.entries()) expect(got[id]!.data[i], id).toBeCloseTo(value, 4)
      }
    }
  },
)

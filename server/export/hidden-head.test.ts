import { expect, test } from 'vitest'
import { HEAD, headFromTensors, withHead } from '../../lib/backbone/head.ts'
import { madeUpWeights, uniform } from '../../lib/backbone/weights/made-up.ts'
import { headLogits } from '../../lib/training/head-logits.ts'
import { SELF_TEST_GRAPH } from '../engines/self-test/network.ts'
import { browserReader } from '../parity/browser.ts'
import { interpreterReader, onnxReader } from '../parity/engine-readers.ts'

const backbone = {
  ...SELF_TEST_GRAPH,
  nodes: SELF_TEST_GRAPH.nodes.filter(({ id }) => id !== 'dense'),
  groups: ['stem', 'block'],
}
const graph = withHead(backbone, 3, 5)

test.each([interpreterReader, onnxReader, browserReader])(
  'the $id reader runs a head with a hidden layer as the server judges it',
  async (reader) => {
    const weights = madeUpWeights(graph)
    const image = Float32Array.from(uniform('input', 3 * graph.size ** 2))
    const outputs = [graph.features, HEAD]
    const got = await reader.compute(graph, weights, image, outputs)
    const want = headLogits(headFromTensors(weights), Float32Array.from(got[graph.features]!.data))
    for (const [i, logit] of want.entries()) expect(got[HEAD]!.data[i]).toBeCloseTo(logit, 5)
  },
)

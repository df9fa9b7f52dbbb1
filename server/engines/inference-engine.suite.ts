import { expect, test } from 'vitest'
import type { BackboneGraph, GraphNode } from '../../lib/backbone/graph.ts'
import { madeUpWeights } from '../../lib/backbone/weights/made-up.ts'
import { describeUnless } from '../../scripts/describe-unless.ts'
import type { InferenceEngine } from './inference-engine.ts'
import { SELF_TEST_ANSWERS, SELF_TEST_GRAPH } from './self-test/network.ts'
import { selfTest, selfTestImage, selfTestWeights } from './self-test/self-test.ts'

type SuiteOptions = {
  /** Why the engine can't be tested here. */
  absent?: string | undefined
  /** How many outputs the network has that shows whether memory stays. */
  wide?: number
  /** Bytes that the engine holds: of the whole process where it can't tell. */
  held?: () => number
  /** Why that can't be told of this engine. */
  untold?: string
}

/** What every inference engine must do. */
export function describeInferenceEngine(
  name: string,
  make: () => InferenceEngine,
  { absent, wide = 1_000_000, held = () => process.memoryUsage.rss(), untold }: SuiteOptions = {},
) {
  describeUnless(absent, name, {}, () => {
    test('says what this machine offers', async () => {
      expect(await make().probe()).toMatchObject({ available: true, version: expect.stringMatching(/\d/) })
    })

    test('passes its self-test', async () => {
      expect(await selfTest(make())).toMatchObject({ status: 'passed' })
    })

    test('gives spatial outputs as NHWC, with their shape', async () => {
      const session = await make().open(SELF_TEST_GRAPH, selfTestWeights(), ['relu', 'pool'])
      const { relu, pool } = await session.run(selfTestImage())
      await session.close()
      expect(relu!.shape).toEqual([1, 4, 4, 4])
      for (const [i, value] of SELF_TEST_ANSWERS.relu!.entries()) expect(relu!.data[i]).toBeCloseTo(value, 5)
      expect(pool!.shape).toEqual([1, 4])
    })

    test('gives the same features whatever the batch size', async () => {
      const session = await make().open(SELF_TEST_GRAPH, selfTestWeights(), ['pool'])
      const one = selfTestImage()
      const batch = new Float32Array(one.length * 5)
      for (let n = 0; n < 5; n++)
        batch.set(
          one.map((value) => value * (1 - n / 5)),
          n * one.length,
        )
      const { pool } = await session.run(batch)
      expect(pool!.shape).toEqual([5, 4])
      for (let n = 0; n < 5; n++) {
        const alone = await session.run(batch.slice(n * one.length, (n + 1) * one.length))
        for (const [i, value] of alone.pool!.data.entries())
          expect(pool!.data[n * 4 + i]).toBeCloseTo(value, 5)
      }
      await session.close()
    })

    test('frees its memory when a session closes', async (ctx) => {
      if (untold) ctx.skip(untold)
      const [engine, network, rounds] = [make(), wideNetwork(wide), 24]
      const weights = madeUpWeights(network)
      const once = async () => {
        const session = await engine.open(network, weights, ['dense'])
        await session.run(selfTestImage())
        await session.close()
      }
      for (let round = 0; round < 4; round++) await once()
      const before = held()
      for (let round = 0; round < rounds; round++) await once()
      const weightBytes = wide * 4 * 4
      expect(held() - before).toBeLessThan((rounds * weightBytes) / 2)
    })

    test('names the node and the shape when an input does not fit', async () => {
      const session = await make().open(SELF_TEST_GRAPH, selfTestWeights(), ['pool'])
      await expect(session.run(new Float32Array(100))).rejects.toMatchObject({
        code: 'engines/input-shape',
        says: '"image" takes [n, 8, 8, 3], 192 numbers per picture, and was given 100.',
      })
      await session.close()
    })
  })
}

/** The self-test's network with so many outputs, 16 bytes of weights each. */
function wideNetwork(units: number): BackboneGraph {
  const nodes = SELF_TEST_GRAPH.nodes.map(
    (node): GraphNode => (node.op === 'dense' ? { ...node, units } : node),
  )
  return { ...SELF_TEST_GRAPH, nodes }
}

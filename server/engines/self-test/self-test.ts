import type { WeightStore } from '../../../lib/backbone/graph.ts'
import { madeUpWeights, uniform } from '../../../lib/backbone/weights/made-up.ts'
import { Problem } from '../../../lib/problem.ts'
import type { InferenceEngine, Probe } from '../inference-engine.ts'
import { SELF_TEST_ANSWERS, SELF_TEST_GRAPH } from './network.ts'

/** Largest absolute difference that float32 explains. */
const TOLERANCE = 1e-5

/** Whether an engine is fit for use on this machine. */
export type SelfTest =
  | { status: 'passed'; version: string; software?: true }
  | { status: 'failed'; why: string }
  | { status: 'absent'; why: string }

/** Runs a small network on `engine` and compares with stored numbers. Never throws: a failure is an answer. */
export async function selfTest(engine: InferenceEngine): Promise<SelfTest> {
  const probe = await engine.probe()
  if (!probe.available) return { status: 'absent', why: probe.why }
  try {
    const outputs = Object.entries(SELF_TEST_ANSWERS)
    const session = await engine.open(SELF_TEST_GRAPH, selfTestWeights(), Object.keys(SELF_TEST_ANSWERS))
    try {
      const got = await session.run(selfTestImage())
      for (const [id, want] of outputs) {
        const off = want.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (got[id]?.data[i] ?? Infinity))),
          0,
        )
        if (!(off <= TOLERANCE))
          return { status: 'failed', why: `"${id}" is ${off.toPrecision(2)} off the stored numbers` }
      }
    } finally {
      await session.close()
    }
    return passed(probe)
  } catch (thrown) {
    return { status: 'failed', why: Problem.from(thrown).says }
  }
}

export function passed({ version, software }: Extract<Probe, { available: true }>): SelfTest {
  return { status: 'passed', version, ...(software && { software }) }
}

export function selfTestWeights(): WeightStore {
  return madeUpWeights(SELF_TEST_GRAPH)
}

/** The made-up input, turned from PyTorch's NCHW to NHWC. */
export function selfTestImage(): Float32Array {
  const pixels = SELF_TEST_GRAPH.size ** 2
  const planes = uniform('input', 3 * pixels)
  return Float32Array.from({ length: 3 * pixels }, (_, i) => planes[(i % 3) * pixels + Math.floor(i / 3)]!)
}

import { uniform } from '../../../lib/backbone/weights/made-up.ts'
import { softmaxCrossEntropy, targetsOf } from '../../../lib/fine-tuning/loss.ts'
import type { Device } from '../../../lib/fine-tuning/network/pass.ts'
import { forwardPass } from '../../../lib/fine-tuning/network/pass.ts'
import { openNetwork } from '../../../lib/fine-tuning/network-on-device.ts'
import { Problem } from '../../../lib/problem.ts'
import { planFreeze } from '../../../lib/strategy/plan-freeze.ts'
import type { TrainingEngine } from '../training-engine.ts'
import { SELF_TEST_GRAPH } from './network.ts'
import { passed, type SelfTest, selfTestWeights } from './self-test.ts'

/**
 * What PyTorch computes in float64 (`lib/fine-tuning/testing/make_gradients.py` on the self-test's network): batch 4 of the
 * made-up input, labels i mod 3, batch norm by the batch's statistics. Per weight the gradient's length.
 */
export const SELF_TEST_LOSS = 1.237707135
export const SELF_TEST_GRADIENTS: Readonly<Record<string, number>> = {
  'conv.weight': 0.50648567,
  'bn.weight': 0.25926917,
  'bn.bias': 0.291687683,
  'dw.weight': 0.387025773,
  'dense.weight': 0.402257292,
  'dense.bias': 0.328388549,
}

/** Relative difference that float32 explains. */
const TOLERANCE = 1e-4
const BATCH = 4

/** One step forward and backward on a small network, compared with stored numbers. Never throws: a failure is an answer. */
export async function trainingSelfTest(engine: TrainingEngine): Promise<SelfTest> {
  const probe = await engine.probe()
  if (!probe.available) return { status: 'absent', why: probe.why }
  try {
    const { loss, lengths } = await stepOn(await engine.open())
    if (!isNear(loss, SELF_TEST_LOSS))
      return { status: 'failed', why: `its loss is ${loss}, not ${SELF_TEST_LOSS}` }
    for (const [name, want] of Object.entries(SELF_TEST_GRADIENTS)) {
      const got = lengths.get(name) ?? Number.NaN
      if (!isNear(got, want))
        return { status: 'failed', why: `its gradient of "${name}" is ${got} long, not ${want}` }
    }
    return passed(probe)
  } catch (thrown) {
    return { status: 'failed', why: Problem.from(thrown).says }
  }
}

async function stepOn(device: Device): Promise<{ loss: number; lengths: Map<string, number> }> {
  const { tf } = device
  const { size, groups } = SELF_TEST_GRAPH
  const plan = planFreeze(SELF_TEST_GRAPH, groups, 'batch')
  const settings = {
    epochs: 1,
    batchSize: BATCH,
    optimizer: { kind: 'sgd' },
    learningRate: 1,
    schedule: { kind: 'constant' },
  } as const
  const network = openNetwork(device, SELF_TEST_GRAPH, selfTestWeights(), {
    name: 'self-test',
    plan,
    settings,
  })
  try {
    const planes = Float32Array.from(uniform('input', BATCH * 3 * size * size))
    const image = tf.tidy(() => tf.transpose(tf.tensor4d(planes, [BATCH, 3, size, size]), [0, 2, 3, 1]))
    const pass = forwardPass(device, network.suffix, new Map([['image', image]]), {
      weights: network.weights.tensors,
      trainable: network.trainable,
      byBatch: network.byBatch,
    })
    const logits = (await pass.output.data()) as Float32Array
    const { loss, gradient } = softmaxCrossEntropy(logits, targetsOf([0, 1, 2, 0], { classes: 3 }))
    const dLogits = tf.tensor2d(gradient, [BATCH, 3])
    const gradients = pass.backward(dLogits)
    const lengths = new Map<string, number>()
    for (const [name, tensor] of gradients) lengths.set(name, Math.hypot(...(await tensor.data())))
    tf.dispose([
      dLogits,
      ...gradients.values(),
      ...pass.statistics.flatMap(({ mean, variance }) => [mean, variance]),
    ])
    return { loss, lengths }
  } finally {
    network.dispose()
  }
}

/** A gradient that is zero in theory (a shift before batch norm, say) is compared as it is. */
function isNear(got: number, want: number): boolean {
  return Math.abs(got - want) <= TOLERANCE * Math.max(Math.abs(want), 1e-3)
}

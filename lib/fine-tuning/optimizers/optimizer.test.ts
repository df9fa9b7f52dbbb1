import { expect, test } from 'vitest'
import type { Tensor } from '../kernels.ts'
import { tfjsForTests } from '../testing/wasm.ts'
import { Optimizer } from './optimizer.ts'
import { OPTIMIZER_KINDS, type OptimizerSettings } from './settings.ts'
import cases from './testing/optimizers.json' with { type: 'json' }

type Case = {
  settings: OptimizerSettings
  with: { rate: number; l2?: number; decoupled?: number }
  path: number[][]
}

const tf = await tfjsForTests()

/** The fixture's gradients: they depend on the weights, so that errors add up. */
function gradientAt(weights: ArrayLike<number>, step: number, l2: number): number[] {
  return Array.from(weights, (w, i) => Math.cos(3 * i + step) * w + 0.1 + l2 * w)
}

async function walk(given: Case, { restartAfter }: { restartAfter?: number } = {}): Promise<number[][]> {
  const { rate, l2 = 0, decoupled = 0 } = given.with
  let optimizer = new Optimizer(tf, given.settings)
  let weight: Tensor = tf.tensor1d(Array.from({ length: 5 }, (_, i) => Math.sin(i + 1)))
  const path: number[][] = []
  for (let step = 1; step <= given.path.length; step++) {
    const gradient = tf.tensor1d(gradientAt(await weight.data(), step, l2))
    const next = optimizer.move({ name: 'w', weight, gradient, rate, step, shrink: rate * decoupled })
    tf.dispose([weight, gradient])
    weight = next
    path.push([...(await weight.data())])
    if (step === restartAfter) {
      const saved = await optimizer.save()
      optimizer.dispose()
      optimizer = new Optimizer(tf, given.settings, saved)
    }
  }
  optimizer.dispose()
  weight.dispose()
  return path
}

for (const given of cases as Case[]) {
  test(`steps as the reference: ${JSON.stringify({ ...given.settings, ...given.with })}`, async () => {
    const path = await walk(given)
    for (const [i, weights] of given.path.entries())
      for (const [k, value] of weights.entries())
        expect(Math.abs(path[i]![k]! - value), `step ${i + 1}, weight ${k}`).toBeLessThan(2e-5)
  })
}

test('every optimizer has a reference', () => {
  expect(new Set((cases as Case[]).map(({ settings }) => settings.kind))).toEqual(new Set(OPTIMIZER_KINDS))
})

test('goes on from what was saved, bit for bit, and frees what it held', async () => {
  const before = tf.memory().numTensors
  for (const given of cases as Case[])
    expect(await walk(given, { restartAfter: 3 }), given.settings.kind).toEqual(await walk(given))
  expect(tf.memory().numTensors).toBe(before)
})

test('FTRL starts from the restored weight: with a tiny gradient it stays', async () => {
  const optimizer = new Optimizer(tf, { kind: 'ftrl' })
  const [weight, gradient] = [tf.tensor1d([0.5, -2, 0]), tf.tensor1d([1e-9, 1e-9, 1e-9])]
  const moved = optimizer.move({ name: 'w', weight, gradient, rate: 0.01, step: 1, shrink: 0 })
  for (const [i, value] of (await moved.data()).entries()) expect(value).toBeCloseTo([0.5, -2, 0][i]!, 6)
})

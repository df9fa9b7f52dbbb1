import { expect, test } from 'vitest'
import { describeLinearObjective } from '../../../lib/training/objective.suite.ts'
import { parameterCount } from '../../../lib/training/objective.ts'
import { referenceObjective } from '../../../lib/training/reference-objective.ts'
import { madeUpProblem } from '../../../lib/training/testing/made-up-problem.ts'
import { onnxruntimeObjective } from './objective.ts'

for (const threads of [1, 2]) {
  describeLinearObjective(`onnxruntime's objective, threads: ${threads}`, onnxruntimeObjective({ threads }), {
    precision: 1e-5,
  })
}

test('more pictures than are computed at once come to the same as one by one', async () => {
  const problem = madeUpProblem({ count: 8192 + 77, width: 3, classes: 4 })
  const parameters = Float64Array.from({ length: parameterCount(problem) }, (_, i) => Math.sin(i))
  const [gradient, expected] = [new Float64Array(parameters.length), new Float64Array(parameters.length)]
  const objective = await onnxruntimeObjective({ threads: 2 })(problem)
  const reference = await referenceObjective(problem)
  expect(await objective.evaluate(parameters, gradient)).toBeCloseTo(
    await reference.evaluate(parameters, expected),
    5,
  )
  for (const [i, slope] of expected.entries()) expect(gradient[i]).toBeCloseTo(slope, 5)
  expect((await objective.logits(parameters)).at(-1)).toBeCloseTo(
    (await reference.logits(parameters)).at(-1)!,
    5,
  )
  await objective.close()
})

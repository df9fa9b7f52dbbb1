import { expect, test } from 'vitest'
import { SOLVERS } from '../run/solvers.ts'
import { fitHead } from './fit-head.ts'
import { referenceObjective } from './reference-objective.ts'
import { madeUpProblem } from './testing/made-up-problem.ts'

test('a rate at which the loss stops being a number ends the training with the epoch and the rate', async () => {
  const sizes = { count: 40, width: 8, classes: 3 }
  const task = {
    ...sizes,
    train: madeUpProblem(sizes),
    validation: madeUpProblem({ ...sizes, seed: 2 }),
    seed: 0,
    makeObjective: referenceObjective,
  }
  const solver = SOLVERS.sgd.parse({ kind: 'sgd', learningRate: 1e300 })
  await expect(fitHead({ ...task, solver })).rejects.toMatchObject({
    code: 'training/diverged',
    says: expect.stringMatching(/in epoch \d+ with a learning rate of 1e\+300/),
  })
})

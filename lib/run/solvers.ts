import { z } from 'zod'
import { count, notNegative, positive, trueOrFalse } from './values.ts'

const learningRate = (rate: number) => positive.default(rate)
const shared = {
  epochs: count.default(30),
  batchSize: count.default(64),
  /** Weight of ½‖W‖² in the loss; 1e-3 is what the exact solver chooses on most small datasets. */
  l2: notNegative.default(1e-3),
}

/** How a head is trained, and with what. */
export const SOLVERS = {
  /** Multinomial logistic regression at its optimum. */
  exact: z.strictObject({
    kind: z.literal('exact'),
    /** Absent: chosen on the validation split. */
    l2: positive.optional(),
    /** Whether the head is fitted again on train + validation once L2 is chosen. */
    refit: trueOrFalse.default(true),
  }),
  sgd: z.strictObject({
    kind: z.literal('sgd'),
    learningRate: learningRate(0.1),
    momentum: z.number().min(0).lt(1).describe('a number from 0 to below 1').default(0.9),
    /** The rate is multiplied by `decayFactor` every so many epochs. */
    decayEvery: count.default(10),
    decayFactor: z.number().positive().max(1).describe('a number above 0, at most 1').default(0.1),
    ...shared,
  }),
  adam: z.strictObject({ kind: z.literal('adam'), learningRate: learningRate(1e-3), ...shared }),
} as const
export type SolverKind = keyof typeof SOLVERS

export const solverSchema = z.discriminatedUnion('kind', [SOLVERS.exact, SOLVERS.sgd, SOLVERS.adam])
export type SolverSettings = z.infer<typeof solverSchema>

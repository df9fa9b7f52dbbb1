import { centredObjective, fromCentred, meanFeatures } from './centred-objective.ts'
import { curvatureHistory } from './curvature-history.ts'
import { headFrom } from './head-logits.ts'
import { bestOf, type Candidate, walkL2 } from './l2-path.ts'
import { minimise } from './lbfgs.ts'
import { type LabelledFeatures, type LinearObjective, parameterCount } from './objective.ts'
import { penalised } from './penalised.ts'
import type { FitHeadTask, FittedHead, Pause } from './task.ts'
import { together } from './together.ts'

export type ExactSettings = { readonly l2?: number | undefined; readonly refit: boolean }

/** Strong to weak: the weaker, the more steps, and each optimum is a good start for the next. */
export const L2_PATH = [0.1, 0.03, 0.01, 0.003, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5] as const
/** What suits pooled features of pictures, where there is no validation split to ask. */
export const USUAL_L2 = 1e-3

/** Shares of the loss that a step must still promise: while L2 is chosen, and for the head that is kept. */
const COARSE = 1e-4
const FINE = 1e-5

/**
 * Multinomial logistic regression at its optimum: mean softmax cross-entropy + l2/2 · ‖W‖², with a free bias.
 *
 * L2 is chosen by the log loss on validation at the temperature that suits it best, because the head is calibrated in
 * the end anyway: at temperature 1 the weakest L2 wins for its confidence while its answers get worse. Then the head is
 * fitted again on train + validation.
 */
export async function fitExact(task: FitHeadTask, solver: ExactSettings, pause: Pause): Promise<FittedHead> {
  const { width, classes, train, onPoint = () => {} } = task
  const sizes = { width, classes }
  const weights = classes * width
  const mean = meanFeatures({ ...train, width })
  const history = curvatureHistory(parameterCount(sizes))
  const open = async (rows: LabelledFeatures) =>
    centredObjective(await task.makeObjective({ ...rows, ...sizes }), mean, sizes)

  const validation = task.validation?.count ? task.validation : undefined
  const choosing = validation !== undefined && solver.l2 === undefined
  const l2s = choosing ? L2_PATH : [solver.l2 ?? USUAL_L2]
  const start = new Float64Array(parameterCount(sizes))
  const walk = { l2s, weights, start, history, pause, onPoint, tolerance: choosing ? COARSE : FINE }
  const walked = await using(await open(train), async (objective) => {
    if (!validation) return walkL2({ ...walk, objective })
    return using(await open(validation), (judge) =>
      walkL2({ ...walk, objective, validation: { rows: validation, objective: judge } }),
    )
  })

  const best = bestOf(walked.candidates)
  const tried = (walked.stopped ? walked.candidates.slice(0, -1) : walked.candidates).flatMap(judgedOf)
  const headOf = (x: Float64Array) => headFrom(fromCentred(x, mean, sizes), sizes)
  const fitted = (x: Float64Array, stopped: boolean, honest = best.x): FittedHead => ({
    head: headOf(x),
    l2: best.l2,
    stopped,
    path: tried,
    ...(validation && { honestHead: headOf(honest) }),
  })
  if (walked.stopped) return fitted(best.x, true)
  if (choosing) task.onL2Chosen?.({ l2: best.l2, validationLoss: best.judged!.validationLoss, tried })
  const refit = solver.refit && validation !== undefined
  if (!refit && !choosing) return fitted(best.x, false)

  history.addQuadratic(best.l2 - walked.l2, weights)
  const rows = refit ? together(train, validation) : train
  const last = await using(await open(rows), (objective) =>
    minimise(penalised(objective, best.l2, weights), best.x, {
      tolerance: FINE,
      history,
      onStep: (step, loss) => onPoint({ series: refit ? 'refit' : 'final', step, loss }),
      shouldStop: pause,
    }),
  )
  const stopped = last.ended === 'stopped'
  return refit ? fitted(last.x, stopped) : fitted(last.x, stopped, last.x)
}

function judgedOf({ judged }: Candidate) {
  return judged ? [judged] : []
}

/** What `work` makes of an objective, which is closed after it in any case. */
async function using<T>(
  objective: LinearObjective,
  work: (objective: LinearObjective) => Promise<T>,
): Promise<T> {
  try {
    return await work(objective)
  } finally {
    await objective.close()
  }
}

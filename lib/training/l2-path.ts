import { ranksOfTruth, topK } from '../evaluation/judged.ts'
import { fitTemperature } from '../evaluation/temperature.ts'
import type { CurvatureHistory } from './curvature-history.ts'
import { addScaled } from './dot.ts'
import { minimise } from './lbfgs.ts'
import type { LabelledFeatures, LinearObjective } from './objective.ts'
import { penalised } from './penalised.ts'
import type { Pause, TrainingPoint, TriedL2 } from './task.ts'

/** An end that one L2 came to, judged on validation where there is one. */
export type Candidate = {
  readonly l2: number
  readonly x: Float64Array
  readonly judged?: TriedL2
}

export type L2Walk = {
  /** From strong to weak. */
  readonly l2s: readonly number[]
  readonly objective: LinearObjective
  /** How many of the parameters are weights; the rest is bias, and free. */
  readonly weights: number
  readonly validation?: { readonly rows: LabelledFeatures; readonly objective: LinearObjective }
  readonly start: Float64Array
  readonly history: CurvatureHistory
  readonly tolerance: number
  readonly pause: Pause
  readonly onPoint: (point: TrainingPoint) => void
}

/** The walk ends when the validation loss has risen this many times in a row. */
const RISES = 2
/** Validation losses that are closer than this share say nothing: top-1 decides. */
const TIE = 0.01

/**
 * Optima from strong to weak L2, each started from where the ones before it point. The last one may be unfinished:
 * then `stopped` is true. There is always at least one.
 */
export async function walkL2(
  walk: L2Walk,
): Promise<{ candidates: Candidate[]; stopped: boolean; l2: number }> {
  const candidates: Candidate[] = []
  let reached = { l2: 0, stopped: false }
  for (const l2 of walk.l2s) {
    walk.history.addQuadratic(l2 - reached.l2, walk.weights)
    const curve = heldCurve(`l2=${l2}`, walk.onPoint)
    const { x, ended } = await minimise(
      penalised(walk.objective, l2, walk.weights),
      nextStart(candidates, l2) ?? walk.start,
      { ...walk, onStep: curve.add, shouldStop: walk.pause },
    )
    const candidate = await judge({ l2, x }, walk)
    curve.end(candidate.judged)
    candidates.push(candidate)
    reached = { l2, stopped: ended === 'stopped' }
    if (reached.stopped || risen(candidates)) break
  }
  return { candidates, ...reached }
}

/** The candidate with the least validation loss; of those that tie with it the one that is right most often. */
export function bestOf(candidates: readonly Candidate[]): Candidate {
  const loss = ({ judged }: Candidate) => judged?.validationLoss ?? 0
  const least = Math.min(...candidates.map(loss))
  const tied = candidates.filter((candidate) => loss(candidate) <= least * (1 + TIE))
  const top1 = ({ judged }: Candidate) => judged?.validationTop1 ?? 0
  return tied.toSorted((a, b) => top1(b) - top1(a) || loss(a) - loss(b))[0]!
}

/** Further on the line, over ln L2, through the two optima before: the optimum moves along a smooth path. */
function nextStart(candidates: readonly Candidate[], l2: number): Float64Array | undefined {
  const [before, last] = [candidates.at(-2), candidates.at(-1)]
  if (!before || !last) return last?.x
  const start = last.x.slice()
  const further = Math.log(l2 / last.l2) / Math.log(last.l2 / before.l2)
  addScaled(start, last.x, further)
  addScaled(start, before.x, -further)
  return start
}

async function judge(candidate: { l2: number; x: Float64Array }, walk: L2Walk): Promise<Candidate> {
  if (!walk.validation) return candidate
  const { rows, objective } = walk.validation
  const logits = await objective.logits(candidate.x)
  const answers = { logits, labels: rows.labels, classes: logits.length / rows.count }
  const judged = {
    l2: candidate.l2,
    validationLoss: fitTemperature(answers).logLoss,
    validationTop1: topK(ranksOfTruth(answers), 1),
  }
  return { ...candidate, judged }
}

function risen(candidates: readonly Candidate[]): boolean {
  const losses = candidates.slice(-RISES - 1).map(({ judged }) => judged?.validationLoss ?? 0)
  return losses.length > RISES && losses.every((loss, i) => i === 0 || loss > losses[i - 1]!)
}

/** A curve that holds its newest point back until it is known whether it is the last, and judged. */
function heldCurve(series: string, onPoint: (point: TrainingPoint) => void) {
  let held: TrainingPoint | undefined
  return {
    add(step: number, loss: number) {
      if (held) onPoint(held)
      held = { series, step, loss }
    },
    end(judged: TriedL2 | undefined) {
      if (!held) return
      const { validationLoss, validationTop1 } = judged ?? {}
      onPoint(judged ? { ...held, validationLoss: validationLoss!, validationTop1: validationTop1! } : held)
    },
  }
}

import { Problem } from '../problem.ts'
import { type Calibration, isReliable } from './calibrate.ts'
import { type Answer, answersOf, calibrationError } from './confidence.ts'
import { wilson } from './intervals.ts'
import { asOneLook, type Judged, ranksOfTruth, topK } from './judged.ts'
import type { EvaluationSummary } from './summary.ts'
import { logLossAt } from './temperature.ts'

export type EvaluationTask = {
  /** `[n, looks, classes]` */
  readonly logits: Float32Array
  /** 1 by default. */
  readonly looks?: number
  /** Class index per picture. */
  readonly labels: ArrayLike<number>
  readonly pictures: readonly { readonly hash: string; readonly file: string }[]
  /** Class names in label order. */
  readonly classes: readonly string[]
  readonly split: EvaluationSummary['split']
  /** From validation; without it probabilities are as the head gives them. */
  readonly calibration?: Omit<Calibration, 'reliable'> & { readonly reliable?: boolean }
}

/** How many mistakes are worth showing. */
const WORST = 24

/**
 * Metrics of one head on one split.
 *
 * @throws Problem `evaluation/no-pictures` when there is nothing to judge.
 */
export function evaluate(task: EvaluationTask): EvaluationSummary {
  const { logits, labels, pictures, classes, split, calibration } = task
  const images = labels.length
  if (images === 0) {
    throw new Problem('evaluation/no-pictures', {
      says: `The ${split} split has no pictures, so there is nothing to judge.`,
      advice: 'Import the dataset with a share of pictures held out, or judge another split.',
    })
  }
  const temperature = calibration?.temperature ?? 1
  const looked: Judged = { logits, labels, classes: classes.length, looks: task.looks ?? 1 }
  const judged = asOneLook(looked, temperature)
  const answers = answersOf(judged, temperature)
  const ranks = ranksOfTruth(judged)
  const [top1, top5] = [topK(ranks, 1), topK(ranks, 5)]
  const confusion = confusionMatrix(answers, labels, classes.length)
  return {
    split,
    images,
    top1,
    top5,
    top1Interval: wilson(Math.round(top1 * images), images),
    top5Interval: wilson(Math.round(top5 * images), images),
    logLoss: Math.max(0, logLossAt(judged, 1 / temperature).loss),
    perClass: classes.map((label, k) => ({ label, ...classMetrics(confusion, k) })),
    confusion,
    worst: worstOf(answers, labels, pictures),
    ...(calibration && { calibration: judgeCalibration(looked, answers, calibration) }),
  }
}

/** Pictures by truth (rows) and prediction (columns). */
function confusionMatrix(answers: readonly Answer[], labels: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (const [i, { predicted }] of answers.entries()) matrix[labels[i]!]![predicted]!++
  return matrix
}

function classMetrics(confusion: readonly number[][], k: number) {
  const right = confusion[k]![k]!
  const images = confusion[k]!.reduce((a, b) => a + b, 0)
  const predicted = confusion.reduce((sum, row) => sum + row[k]!, 0)
  return {
    images,
    precision: predicted === 0 ? null : right / predicted,
    recall: images === 0 ? null : right / images,
  }
}

/** Wrong answers, the surest first; equals by hash, so that the order doesn't depend on the order of pictures. */
function worstOf(
  answers: readonly Answer[],
  labels: ArrayLike<number>,
  pictures: EvaluationTask['pictures'],
): EvaluationSummary['worst'] {
  return answers
    .flatMap(({ right, predicted, probability }, i) => {
      const { hash, file } = pictures[i]!
      return right ? [] : [{ hash, file, truth: labels[i]!, predicted, probability }]
    })
    .sort((a, b) => b.probability - a.probability || (a.hash < b.hash ? -1 : 1))
    .slice(0, WORST)
}

function judgeCalibration(
  judged: Judged,
  answers: readonly Answer[],
  { temperature, notSureBelow, reliable }: NonNullable<EvaluationTask['calibration']>,
): NonNullable<EvaluationSummary['calibration']> {
  const given = answers.filter(({ probability }) => probability >= notSureBelow)
  const right = answers.filter((answer) => answer.right).length
  return {
    temperature,
    notSureBelow,
    reliable: reliable ?? isReliable(judged.classes),
    eceBefore: calibrationError(answersOf(asOneLook(judged, 1), 1)),
    eceAfter: calibrationError(answers),
    keptRight: right === 0 ? null : given.filter((answer) => answer.right).length / right,
    answered: given.length / answers.length,
  }
}

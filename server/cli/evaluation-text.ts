import { readableName } from '../../lib/dataset/readable-name.ts'
import type { EvaluationSummary } from '../../lib/evaluation/summary.ts'
import { percent } from './words.ts'

/** How many classes and mistakes are shown; --json has all. */
const SHOWN = 5

/** An evaluation for people, on a few lines. */
export function evaluationText(evaluation: EvaluationSummary): string {
  const { images, split, top1, top5, top1Interval, top5Interval, perClass, worst, calibration } = evaluation
  const hardest = perClass
    .filter(({ images, recall }) => images > 0 && recall !== null && recall < 1)
    .sort((a, b) => a.recall! - b.recall!)
    .slice(0, SHOWN)
  return [
    `top-1 ${percent(top1)} of ${images} ${split} pictures (95 % interval ${range(top1Interval)})`,
    `top-5 ${percent(top5)} (${range(top5Interval)})`,
    ...(calibration ? [calibrationText(calibration)] : []),
    ...hardest.map(
      ({ label, recall, images }) =>
        `  hard: ${readableName(label)}, ${percent(recall!, 0)} of ${images} found`,
    ),
    ...worst.slice(0, SHOWN).map(({ file, truth, predicted, probability }) => {
      const [was, taken] = [truth, predicted].map((label) => readableName(perClass[label]!.label))
      return `  mistake: ${file} is ${was}, taken for ${taken} at ${percent(probability, 0)}`
    }),
  ].join('\n')
}

function calibrationText({
  temperature,
  notSureBelow,
  keptRight,
  answered,
  reliable,
}: NonNullable<EvaluationSummary['calibration']>): string {
  const kept = keptRight === null ? '' : `, keeps ${percent(keptRight)} of what is right`
  return `temperature ${temperature.toFixed(2)}; "not sure" below ${percent(notSureBelow, 0)}: answers ${percent(answered)}${kept}${reliable ? '' : ' (the threshold is not reliable here)'}`
}

function range([low, high]: readonly [number, number]): string {
  return `${(low * 100).toFixed(1)} to ${percent(high)}`
}

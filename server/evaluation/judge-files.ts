import { evaluate } from '../../lib/evaluation/evaluate.ts'
import { logitsOf } from '../../lib/evaluation/judged.ts'
import type { EvaluationSummary } from '../../lib/evaluation/summary.ts'
import { Problem } from '../../lib/problem.ts'
import { type ClassifyOptions, classifyFiles } from '../classify/classify-files.ts'
import type { ClassifierModel } from '../classify/messages.ts'
import type { RunRecord } from '../trainer/run-folder.ts'

export type JudgedFile = {
  readonly hash: string
  readonly file: string
  readonly label: number
  readonly path: string
}

/**
 * Metrics of a run's model on picture files, each with all the looks of the model: what the exported model would say.
 *
 * @throws Problem `evaluation/unreadable` on a picture that can't be read.
 */
export async function judgeFiles(
  pictures: readonly JudgedFile[],
  { model, record, split }: { model: ClassifierModel; record: RunRecord; split: EvaluationSummary['split'] },
  options: ClassifyOptions = {},
): Promise<EvaluationSummary> {
  const { classes, calibration } = record
  const results = await classifyFiles(
    pictures.map(({ path }) => path),
    model,
    options,
  )
  const logits = new Float32Array(pictures.length * classes.length)
  for (const [n, result] of results.entries()) {
    if ('problem' in result) throw unreadable(pictures[n]!.file, result.problem)
    // Several looks are averaged as probabilities, the temperature already in them: these logits give the same ones again.
    logits.set(logitsOf(result.probabilities, model.temperature), n * classes.length)
  }
  const labels = pictures.map(({ label }) => label)
  return evaluate({ logits, labels, pictures, classes, split, ...(calibration && { calibration }) })
}

function unreadable(file: string, cause: { says: string }): Problem {
  return new Problem('evaluation/unreadable', {
    says: `${file} can't be read any more: ${cause.says}`,
    advice: 'Import the dataset again.',
    cause,
  })
}

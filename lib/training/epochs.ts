import { ranksOfTruth, topK } from '../evaluation/judged.ts'
import { logLossAt } from '../evaluation/temperature.ts'
import { Problem } from '../problem.ts'
import { batchGradient } from './batch-gradient.ts'
import { headFrom } from './head-logits.ts'
import { type LinearObjective, parameterCount } from './objective.ts'
import { seededRandom, shuffle } from './random.ts'
import type { FitHeadTask, FittedHead, Pause } from './task.ts'

export type EpochSettings = { readonly epochs: number; readonly batchSize: number; readonly l2: number }

/** Moves the parameters by what the gradient of one batch says. `epoch` counts from 0. */
export type Update = (parameters: Float64Array, gradient: Float64Array, epoch: number) => void

type Judged = { validationLoss: number; validationTop1: number }
type Kept = { readonly parameters: Float64Array } & Partial<Judged>

/**
 * Fits a head in epochs of shuffled mini-batches, from zero. What is kept is the epoch with the least validation loss,
 * or the last one where there is no validation split; a stop ends the epoch it comes in.
 *
 * @throws Problem `training/diverged` with epoch and rate when the loss is no number.
 */
export async function fitInEpochs(
  task: FitHeadTask,
  settings: EpochSettings,
  update: Update,
  pause: Pause,
): Promise<FittedHead> {
  const { train, width, classes } = task
  const validation = task.validation?.count ? task.validation : undefined
  const judge = validation && (await task.makeObjective({ ...validation, width, classes }))
  const parameters = new Float64Array(parameterCount(task))
  const order = Int32Array.from({ length: train.count }, (_, i) => i)
  const random = seededRandom(task.seed)
  const judged = async () => judge && judgedBy(judge, task, parameters)
  try {
    let kept: Kept = { parameters: parameters.slice(), ...(await judged()) }
    let stopped = false
    for (let epoch = 0; epoch < settings.epochs && !stopped; epoch++) {
      shuffle(order, random)
      const run = await runEpoch(task, settings, { order, parameters, pause, update, epoch })
      stopped = run.stopped
      if (run.seen === 0) break
      const now = await judged()
      if (!Number.isFinite(run.loss + (now?.validationLoss ?? 0))) throw diverged(task, epoch + 1)
      if (!now || !(now.validationLoss >= kept.validationLoss!))
        kept = { parameters: parameters.slice(), ...now }
      task.onPoint?.({ series: task.solver.kind, step: epoch + 1, loss: run.loss, ...now })
    }
    const head = headFrom(kept.parameters, task)
    return { head, l2: settings.l2, stopped, path: [], ...(validation && { honestHead: head }) }
  } finally {
    await judge?.close()
  }
}

function diverged({ solver }: FitHeadTask, epoch: number): Problem {
  const rate = 'learningRate' in solver ? ` with a learning rate of ${solver.learningRate}` : ''
  return new Problem('training/diverged', {
    says: `The loss stopped being a number in epoch ${epoch}${rate}: the training diverged.`,
    advice: 'Set a smaller learning rate, or use the solver "exact", which needs none.',
  })
}

type Epoch = { order: Int32Array; parameters: Float64Array; pause: Pause; update: Update; epoch: number }

/** One pass over the pictures, or as far as it came; `loss` is the mean over what was seen, each batch before its step. */
async function runEpoch(
  { train, width, classes }: FitHeadTask,
  { batchSize, l2 }: EpochSettings,
  { order, parameters, pause, update, epoch }: Epoch,
): Promise<{ loss: number; seen: number; stopped: boolean }> {
  const gradient = new Float64Array(parameters.length)
  let [sum, seen] = [0, 0]
  while (seen < order.length) {
    if (await pause()) return { loss: sum / seen, seen, stopped: true }
    const batch = order.subarray(seen, seen + batchSize)
    sum += batchGradient({ ...train, width, classes }, batch, parameters, l2, gradient) * batch.length
    update(parameters, gradient, epoch)
    seen += batch.length
  }
  return { loss: sum / seen, seen, stopped: false }
}

async function judgedBy(
  objective: LinearObjective,
  { validation, classes }: FitHeadTask,
  parameters: Float64Array,
): Promise<Judged> {
  const answers = { logits: await objective.logits(parameters), labels: validation!.labels, classes }
  return {
    validationLoss: logLossAt(answers, 1).loss,
    validationTop1: topK(ranksOfTruth(answers), 1),
  }
}

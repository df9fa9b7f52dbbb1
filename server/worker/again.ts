import type { Branching } from '../../lib/api/runs.ts'
import { Problem } from '../../lib/problem.ts'
import { branchSettings } from '../../lib/run/branch.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import { latestHeader } from '../trainer/fine-tuning/checkpoints.ts'
import { runFolder } from '../trainer/run-folder.ts'
import type { Worker } from './open.ts'
import { queueRun } from './queue-run.ts'
import { unknownRun } from './run-problems.ts'

/**
 * A run that was stopped or failed goes on in a new attempt from its last checkpoint; without one it begins again, and finds
 * in the cache what was extracted.
 *
 * @throws Problem `runs/unknown`, `runs/not-over`, `runs/succeeded`.
 */
export async function resumeRun(worker: Worker, wanted: string): Promise<Run> {
  const run = await endedRun(worker, wanted)
  if (run.state.status === 'succeeded') {
    throw new Problem('runs/succeeded', {
      says: `Run ${run.id} succeeded: there is nothing left of it to do.`,
      advice: `Train more epochs with "whippet extend ${run.id} --epochs N", or start another run from it with "whippet branch ${run.id}".`,
    })
  }
  return worker.reopen(run)
}

/**
 * A run that succeeded trains more epochs of its last phase, from its last checkpoint.
 *
 * @throws Problem `runs/unknown`, `runs/not-over`, `runs/cannot-extend`.
 */
export async function extendRun(worker: Worker, wanted: string, epochs: number): Promise<Run> {
  const run = await endedRun(worker, wanted)
  const cannot = (says: string, advice: string) => new Problem('runs/cannot-extend', { says, advice })
  if (run.settings.strategy === 'feature-extraction') {
    throw cannot(
      `Run ${run.id} solved its head to the optimum: more epochs would not change it.`,
      `Train more of the backbone from it: whippet branch ${run.id} --strategy partial-fine-tuning.`,
    )
  }
  if (run.state.status !== 'succeeded')
    throw cannot(
      `Run ${run.id} did not come to its end: it ${run.state.status}.`,
      `Let it go on first: whippet resume ${run.id}.`,
    )
  const newest = await latestHeader(runFolder(worker.dataDir, run.id))
  if (!newest)
    throw cannot(
      `Run ${run.id} has no checkpoint any more.`,
      `Start another run from its model: whippet branch ${run.id}.`,
    )
  return worker.reopen(run, { after: newest.position.epoch, epochs })
}

/**
 * Queues a new run that starts from another one's model, with its settings where nothing else is said.
 *
 * @throws as {@link queueRun}; Problem `runs/unknown`.
 */
export async function branchRun(worker: Worker, wanted: string, changes: Branching): Promise<Run> {
  const parent = await worker.store.runs.find(wanted)
  if (!parent) throw unknownRun(wanted)
  return queueRun(worker, branchSettings(parent, changes))
}

async function endedRun({ board, store }: Worker, wanted: string): Promise<Run> {
  const run = board.find(wanted) ?? (await store.runs.find(wanted))
  if (!run) throw unknownRun(wanted)
  if (isOver(run.state)) return run
  throw new Problem('runs/not-over', {
    says: `Run ${run.id} has not ended.`,
    advice: `Wait for it, or stop it first: whippet stop ${run.id}.`,
  })
}

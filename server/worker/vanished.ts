import { fittingAdvice } from '../../lib/fine-tuning/out-of-memory.ts'
import type { ProblemSummary } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { trainingOf } from '../../lib/run/settings.ts'

/** How the kernel ends a process when memory is short, and how one ends itself that gets none. */
const FOR_MEMORY = ['SIGKILL', 'SIGABRT', 'exit status 134']

/** Why a trainer that ended without a word may have, by how it died and where the run stood. */
export function vanished(run: Run, death: string): ProblemSummary {
  const advice = FOR_MEMORY.includes(death) ? memoryAdvice(run) : undefined
  return advice
    ? {
        code: 'trainer/vanished',
        says: `The trainer process of this run was ended from outside (${death}) while it trained, most likely because memory was short.`,
        advice: `${advice} Resumed, the run goes on from its last checkpoint.`,
      }
    : {
        code: 'trainer/vanished',
        says: `The trainer process of this run ended without a word (${death}).`,
        advice:
          'Resume the run: it goes on from its last checkpoint. If it happens again, watch the memory of the machine.',
      }
}

/** Of a run that no queue has, and that nobody does any more. */
export function commandVanished(run: string): ProblemSummary {
  return {
    code: 'worker/vanished',
    says: 'The process that did this run ended in the middle of it.',
    advice: `Let it go on from its last checkpoint: whippet resume ${run}.`,
  }
}

/** For a run whose trainer died while it trained more than a head: the batch that fits. */
export function memoryAdvice({ state, plan, trainingPhase, settings }: Run): string | undefined {
  const trained = state.status === 'interrupted' ? state.was === 'training' : state.status === 'training'
  const phase = plan?.phases?.[trainingPhase?.index ?? 0]
  if (!trained || !phase || phase.epochs === 0) return undefined
  const { batchSize } = trainingOf(settings)
  return `It trained with ${batchSize} pictures in a batch. ${fittingAdvice({ batchSize, fittingBatch: phase.fittingBatch })}`
}

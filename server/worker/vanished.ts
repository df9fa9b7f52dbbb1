import { fittingAdvice } from '../../lib/fine-tuning/out-of-memory.ts'
import type { ProblemSummary } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { trainingOf } from '../../lib/run/settings.ts'

/** How the kernel ends a process when memory is short, and how one ends itself that gets none. */
const FOR_MEMORY = ['SIGKILL', 'SIGABRT', 'exit status 134']

/** Why a trainer that ended without a word may have, by how it died and where the run stood. */
export function vanished({ state, plan, trainingPhase, settings }: Run, death: string): ProblemSummary {
  const phase = plan?.phases?.[trainingPhase?.index ?? 0]
  if (FOR_MEMORY.includes(death) && state.status === 'training' && phase && phase.epochs > 0) {
    const { batchSize } = trainingOf(settings)
    return {
      code: 'trainer/vanished',
      says: `The trainer process was ended from outside (${death}) while it trained with ${batchSize} pictures in a batch, most likely because memory was short.`,
      advice: `${fittingAdvice({ batchSize, fittingBatch: phase.fittingBatch })} What was extracted is kept.`,
    }
  }
  return {
    code: 'trainer/vanished',
    says: `The trainer process of this run ended without a word (${death}).`,
    advice:
      'Resume the run: it goes on from its last checkpoint. If it happens again, watch the memory of the machine.',
  }
}

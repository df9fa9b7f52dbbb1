import { Problem } from '../problem.ts'
import type { FineTuningPhase } from './settings.ts'

/** How engines, V8 and WebAssembly say that there was no memory; oneDNN's primitives need some of their own. */
const WORDS =
  /out of memory|\bOOM\b|resource[ _]?exhausted|bad_alloc|alloc\w* failed|(could not|failed to) allocate|maximum memory size|could not create a primitive/i

/** An engine's own words for a full memory, as a Problem; nothing for other errors. */
export function outOfMemory(
  thrown: unknown,
  { settings: { batchSize }, fittingBatch }: Pick<FineTuningPhase, 'settings' | 'fittingBatch'>,
): Problem | undefined {
  if (thrown instanceof Problem) return undefined
  const words = thrown instanceof Error ? thrown.message : String(thrown)
  if (!WORDS.test(words)) return undefined
  return new Problem('training/out-of-memory', {
    says: `The engine ran out of memory with ${batchSize} pictures in a batch.`,
    advice: fittingAdvice({ batchSize, fittingBatch }),
    cause: thrown,
  })
}

/** What to do about a batch for which there was no memory; `fittingBatch`: what the plan says that fits. */
export function fittingAdvice({
  batchSize,
  fittingBatch,
}: {
  readonly batchSize: number
  readonly fittingBatch?: number | undefined
}): string {
  if (batchSize <= 1 || fittingBatch === 0)
    return 'Train fewer layer groups, or use a machine with more memory.'
  if (fittingBatch !== undefined && fittingBatch < batchSize)
    return `Set batchSize=${fittingBatch}, the largest that fits here by the plan, or train fewer layer groups.`
  const half = Math.max(1, batchSize >> 1)
  return fittingBatch === undefined
    ? `Set batchSize=${half}, or train fewer layer groups.`
    : `By the plan this batch fits, so something else takes the memory: end it, or set batchSize=${half}.`
}

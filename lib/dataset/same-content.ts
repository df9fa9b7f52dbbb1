import type { Split } from './dataset.ts'
import { groupBy } from './group-by.ts'
import type { Skipped } from './report.ts'

type Candidate = {
  readonly file: string
  readonly hash: string
  readonly className: string
  readonly split: Split | undefined
}

/** Which of the same content's places counts: judging pictures must not be learnt from. */
const STRONGEST: readonly (Split | undefined)[] = ['test', 'validation', 'train', undefined]

/**
 * Keeps one file of each content, the first in the strongest split; none where it lies in two classes, as nobody can
 * tell which is right.
 */
export function settleSameContent<T extends Candidate>(
  files: readonly T[],
): { kept: T[]; skipped: Skipped[] } {
  const byHash = groupBy(files, ({ hash }) => hash)
  const kept: T[] = []
  const skipped: Skipped[] = []
  for (const file of files) {
    const same = byHash.get(file.hash)!
    const stranger = same.find(({ className }) => className !== file.className)
    const winner = strongest(same)
    if (stranger) skipped.push(twoClasses(file, stranger))
    else if (winner === file) kept.push(file)
    else skipped.push(lost(file, winner))
  }
  return { kept, skipped }
}

function strongest<T extends Candidate>(same: readonly T[]): T {
  for (const split of STRONGEST) {
    const first = same.find((file) => file.split === split)
    if (first) return first
  }
  return same[0]!
}

function twoClasses({ file, className }: Candidate, other: Candidate): Skipped {
  return {
    file,
    code: 'pictures/two-classes',
    says: `The same picture is ${other.file}: it lies in "${className}" and in "${other.className}", so neither is used.`,
  }
}

function lost({ file, split }: Candidate, winner: Candidate): Skipped {
  if (split === winner.split) {
    return { file, code: 'pictures/duplicate', says: `The same picture as ${winner.file}, which is used.` }
  }
  return {
    file,
    code: `pictures/also-in-${winner.split}`,
    says: `The same picture as ${winner.file}; it stays in ${winner.split} and is left out of ${split}.`,
  }
}

import type { Picture, SplitSettings } from './dataset.ts'
import { groupBy } from './group-by.ts'
import type { Warning } from './report.ts'

/** What people should know about the classes of a dataset before they train on it. */
export function classWarnings(
  classes: readonly string[],
  pictures: readonly Pick<Picture, 'label' | 'split' | 'file'>[],
  { shares, from }: SplitSettings,
): Warning[] {
  const warnings: Warning[] = []
  const byCase = groupBy(classes, (name) => name.toLowerCase())
  for (const names of byCase.values()) {
    if (names.length < 2) continue
    warnings.push({
      code: 'classes/differ-in-case',
      says: `${list(names)} differ only in case; they are kept as ${names.length} classes.`,
    })
  }
  const byClass = groupBy(pictures, ({ label }) => label)
  const single = [...byClass.values()].filter((members) => members.length === 1).map(([only]) => only!)
  if (single.length > 0) {
    const names = single.map(({ label }) => classes[label]!)
    warnings.push({
      code: 'classes/one-picture',
      says: `${list(names)} ${names.length === 1 ? 'has' : 'have'} one picture only: it is trained on and never tested.`,
      files: single.map(({ file }) => file),
    })
  }
  const tested = new Set(pictures.filter(({ split }) => split === 'test').map(({ label }) => label))
  const untested = classes.filter((_, label) => !tested.has(label) && byClass.get(label)!.length > 1)
  if (untested.length > 0 && (from === 'folders' || shares.test > 0)) {
    const says = `${list(untested)} ${untested.length === 1 ? 'has' : 'have'} no test picture.`
    warnings.push({ code: 'classes/no-test-pictures', says })
  }
  return warnings
}

function list(names: readonly string[], most = 5): string {
  const quoted = names.map((name) => `"${name}"`)
  const last = names.length > most ? `${names.length - most} more` : quoted.pop()!
  const first = quoted.slice(0, most)
  return first.length === 0 ? last : `${first.join(', ')} and ${last}`
}

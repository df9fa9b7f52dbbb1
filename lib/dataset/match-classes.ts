import { matchKey } from './readable-name.ts'

/** How another dataset's classes stand to a model's. */
export type ClassMatch = {
  /** The model's label per class of the other dataset; undefined where the model doesn't know it. */
  readonly labels: readonly (number | undefined)[]
  /** Classes of the other dataset that the model doesn't know. */
  readonly unknown: readonly string[]
}

/** Matches by readable name: synset prefix, case, `_`, `-` and spaces don't count. The exact name wins. */
export function matchClasses(classes: readonly string[], known: readonly string[]): ClassMatch {
  const byKey = new Map(known.map((name, label) => [matchKey(name), label]))
  const byName = new Map(known.map((name, label) => [name, label]))
  const labels = classes.map((name) => byName.get(name) ?? byKey.get(matchKey(name)))
  return { labels, unknown: classes.filter((_, i) => labels[i] === undefined) }
}

import type { Head } from '../backbone/head.ts'

/** Names of classes whose rows are kept, that have fresh ones, and that are no longer there. */
export type ClassChanges = {
  readonly kept: readonly string[]
  readonly fresh: readonly string[]
  readonly dropped: readonly string[]
}

/** What became of a head's classes when it was fitted to others. */
export type HeadGrowth = ClassChanges & { readonly head: Head }

/** @param fits whether the heads have the same shape before their rows; otherwise nothing is kept. */
export function classChanges(before: readonly string[], to: readonly string[], fits = true): ClassChanges {
  const isKept = (name: string) => fits && before.includes(name)
  return {
    kept: to.filter(isKept),
    fresh: to.filter((name) => !isKept(name)),
    dropped: before.filter((name) => !to.includes(name)),
  }
}

/**
 * A head for the classes `to`: rows of classes that it knows by name are kept to the byte, wherever they stand now, new ones
 * are those of `fresh`, the others are dropped. A head of another shape before its rows (a hidden layer) is not kept at all.
 *
 * @param fresh a head for the classes `to` that has learned nothing.
 */
export function growHead(
  before: { readonly head: Head; readonly classes: readonly string[] },
  to: readonly string[],
  fresh: Head,
): HeadGrowth {
  const rowOf = new Map(before.classes.map((name, row) => [name, row]))
  const changes = classChanges(before.classes, to, fits(before.head, fresh))
  if (changes.kept.length === 0) return { head: fresh, ...changes }
  const width = fresh.hidden?.units ?? fresh.features
  const weight = Float32Array.from(fresh.weight)
  const bias = Float32Array.from(fresh.bias)
  for (const [i, name] of to.entries()) {
    const row = rowOf.get(name)
    if (row === undefined) continue
    weight.set(before.head.weight.subarray(row * width, (row + 1) * width), i * width)
    bias[i] = before.head.bias[row]!
  }
  const { hidden } = before.head
  return { head: { ...fresh, weight, bias, ...(hidden && { hidden }) }, ...changes }
}

function fits(before: Head, fresh: Head): boolean {
  return before.features === fresh.features && before.hidden?.units === fresh.hidden?.units
}

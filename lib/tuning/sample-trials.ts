import { SOLVERS, type SolverKind } from '../run/solvers.ts'
import { seededRandom, shuffle } from '../training/random.ts'
import { type Axis, sizeOf, valueAt, valuesOf } from './axis.ts'

/** What a trial sets beside what all have in common: values by the settings' full names, as `--set` writes them. */
export type Varied = Readonly<Record<string, string>>

export type Sampling = {
  readonly space: readonly Axis[]
  /** How many trials are wanted. */
  readonly trials: number
  readonly seed: number
  /** The solver of trials that don't vary it. */
  readonly solver: SolverKind
}

/** Spaces up to this size are written out. */
const LISTABLE = 10_000
/** Draws without a new trial after which a space counts as used up. */
const PATIENCE = 1000

/**
 * Random search: points of the space, no two alike; fewer than wanted where the space has no more. The same seed gives
 * the same trials, and a longer search begins like a shorter one. What a trial's solver does not have is left out.
 */
export function sampleTrials({ space, trials, seed, solver }: Sampling): Varied[] {
  const found = new Map<string, Varied>()
  const add = (values: readonly string[]) => {
    const varied = applicable(space, values, solver)
    found.set(JSON.stringify(varied), varied)
  }
  const random = seededRandom(seed)
  const size = space.reduce((product, axis) => product * sizeOf(axis), 1)
  if (size <= LISTABLE) {
    const order = Int32Array.from({ length: size }, (_, i) => i)
    shuffle(order, random)
    for (const place of order) if (found.size < trials) add(pointAt(space, place))
  } else {
    for (let inVain = 0; found.size < trials && inVain < PATIENCE; inVain++) {
      const before = found.size
      add(space.map((axis) => valueAt(axis, random())))
      if (found.size > before) inVain = 0
    }
  }
  return [...found.values()]
}

/** The point at a place of a finite space, counted through like digits. */
function pointAt(space: readonly Axis[], place: number): string[] {
  let rest = place
  return space.map((axis) => {
    const values = valuesOf(axis)
    const value = values[rest % values.length]!
    rest = Math.floor(rest / values.length)
    return value
  })
}

function applicable(space: readonly Axis[], values: readonly string[], solver: SolverKind): Varied {
  const pairs = space.map(({ key }, i) => [key, values[i]!] as const)
  const kind = (pairs.find(([key]) => key === 'solver.kind')?.[1] ?? solver) as SolverKind
  const has = (key: string) =>
    !key.startsWith('solver.') || key.slice('solver.'.length) in SOLVERS[kind].shape
  return Object.fromEntries(pairs.filter(([key]) => has(key)))
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plannedRuns, type TrialResult, type TrialTask, tuneProgress } from './next-trials.ts'
import type { TunePlan } from './plan.ts'
import { ranked } from './ranking.ts'
import { ETA, halvingRungs } from './rungs.ts'
import { planFrom } from './testing/plans.ts'

/** What a task would come to: undefined where its training fails. */
type Outcome = (task: TrialTask) => number | undefined

/** Does a tune to its end, one training after the other, and tells what it did. */
function tuned(plan: TunePlan, outcome: Outcome): TrialResult[] {
  const results: TrialResult[] = []
  for (;;) {
    const { next, done } = tuneProgress(plan, results)
    if (done) return results
    const [task] = next
    const { number, rung } = task!
    const loss = outcome(task!)
    results.push(
      loss === undefined
        ? { number, rung, status: 'failed' }
        : { number, rung, status: 'judged', judged: { loss, top1: 1 / (1 + loss) } },
    )
  }
}

const search = ['learningRate=1e-4..1', 'l2=1e-6..1e-2']
const losses = fc.array(fc.option(fc.double({ min: 0, max: 9, noNaN: true }), { nil: undefined, freq: 4 }), {
  minLength: 27,
  maxLength: 27,
})

describe('successive halving', () => {
  test('the promoted are the best third of each rung, and epochs grow to the whole', () => {
    fc.assert(
      fc.property(
        losses,
        fc.integer({ min: 1, max: 27 }),
        fc.integer({ min: 1, max: 90 }),
        (drawn, trials, epochs) => {
          const plan = planFrom(search, { halving: true, trials, set: ['solver=sgd', `epochs=${epochs}`] })
          const results = tuned(plan, ({ number, rung }) => drawn[(number + rung) % drawn.length])
          const rungs = halvingRungs({ trials, epochs })
          expect(rungs.at(-1)!.epochs).toBe(epochs)
          for (const [rung, { trials: places, epochs: given }] of rungs.entries()) {
            const here = results.filter((result) => result.rung === rung)
            const judged = ranked(here.map((result) => ({ judged: undefined, ...result })))
            const promoted = results.filter((result) => result.rung === rung + 1).map(({ number }) => number)
            const free = rungs[rung + 1]?.trials ?? 0
            expect(here.length).toBeLessThanOrEqual(places)
            expect([...promoted].sort()).toEqual(
              judged
                .slice(0, free)
                .map(({ number }) => number)
                .sort(),
            )
            expect(given).toBeGreaterThan(rungs[rung - 1]?.epochs ?? 0)
          }
        },
      ),
    )
  })

  test('20 trials of 30 epochs are 20 of 3, 6 of 10, 2 of 30', () => {
    expect(halvingRungs({ trials: 20, epochs: 30 })).toEqual([
      { trials: 20, epochs: 3 },
      { trials: 6, epochs: 10 },
      { trials: 2, epochs: 30 },
    ])
    expect(plannedRuns(planFrom(search, { halving: true }))).toBe(28)
    expect(ETA).toBe(3)
  })

  test('one epoch, or fewer trials than would be promoted, is random search', () => {
    expect(halvingRungs({ trials: 20, epochs: 1 })).toEqual([{ trials: 20, epochs: 1 }])
    expect(halvingRungs({ trials: 2, epochs: 30 })).toEqual([{ trials: 2, epochs: 30 }])
  })

  test('what has no epochs is not trained twice', () => {
    const plan = planFrom(['solver=exact,adam', 'l2=1e-6..1e-2'], { halving: true, trials: 27 })
    const results = tuned(plan, ({ number }) => number)
    const solverOf = new Map(
      tuneProgress(plan, []).tasks.map(({ number, varied }) => [number, varied['solver.kind']]),
    )
    const exact = results.filter(({ number }) => solverOf.get(number) === 'exact')
    expect(exact.length).toBeGreaterThan(0)
    expect(exact.every(({ rung }) => rung === 0)).toBe(true)
    expect(results.some(({ number, rung }) => rung > 0 && solverOf.get(number) === 'adam')).toBe(true)
  })
})

describe('whatever happens', () => {
  test('a tune that is interrupted after any result goes on as if nothing had been', () => {
    fc.assert(
      fc.property(losses, fc.boolean(), fc.nat(), (drawn, halving, cut) => {
        const plan = planFrom(search, { halving, trials: 9 })
        const whole = tuned(plan, ({ number, rung }) => drawn[(number * 3 + rung) % drawn.length])
        const before = whole.slice(0, cut % whole.length)
        const { next } = tuneProgress(plan, before)
        const { number, rung } = whole[before.length]!
        expect(next[0]).toMatchObject({ number, rung })
      }),
    )
  })

  test('trials that all fail end the tune', () => {
    const results = tuned(planFrom(search, { halving: true }), () => undefined)
    expect(results).toHaveLength(20)
  })

  test('nothing is begun after a rung before its last trial is over', () => {
    const plan = planFrom(search, { halving: true, trials: 3 })
    const open: TrialResult[] = [1, 2, 3].map((number) => ({ number, rung: 0, status: 'open' }))
    expect(tuneProgress(plan, open)).toMatchObject({ next: [], done: false })
  })
})

test('the winner is the best whatever order the trials came in, ties too', () => {
  const trial = fc.record({
    number: fc.integer({ min: 1, max: 9 }),
    rung: fc.integer({ min: 0, max: 2 }),
    judged: fc.record({ loss: fc.constantFrom(0.1, 0.2, Number.NaN), top1: fc.constantFrom(0.5, 0.6) }),
  })
  const trials = fc.uniqueArray(trial, { selector: ({ number, rung }) => `${number}/${rung}` })
  fc.assert(
    fc.property(
      trials.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([one, other]) => {
        const order = ranked(one)
        expect(ranked(other)).toEqual(order)
        for (const { judged } of order) expect(judged.loss).toBeGreaterThanOrEqual(order[0]!.judged.loss)
      },
    ),
  )
})

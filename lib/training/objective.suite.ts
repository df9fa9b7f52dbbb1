import { describe, expect, test } from 'vitest'
import { type MakeObjective, parameterCount } from './objective.ts'
import { seededRandom } from './random.ts'
import { referenceObjective } from './reference-objective.ts'
import { madeUpProblem } from './testing/made-up-problem.ts'

/** What every linear objective must do. `precision` is how far it may be off, relative to the largest value. */
export function describeLinearObjective(
  name: string,
  make: MakeObjective,
  { precision }: { precision: number },
) {
  describe(name, () => {
    test('its gradient is the slope of its loss', async () => {
      const { objective, parameters, gradient } = await opened({ count: 30, width: 7, classes: 4 })
      await objective.evaluate(parameters, gradient)
      // Single precision rounds the loss at 1e-7: a wide step keeps that below the slope.
      const step = Math.max(1e-4, Math.cbrt(precision) * 2)
      for (let p = 0; p < parameters.length; p++) {
        const at = async (offset: number) => {
          const moved = parameters.slice()
          moved[p]! += offset
          return objective.evaluate(moved, new Float64Array(parameters.length))
        }
        const slope = ((await at(step)) - (await at(-step))) / (2 * step)
        expect(Math.abs(slope - gradient[p]!)).toBeLessThan(Math.max(1e-6, Math.sqrt(precision) / 10))
      }
      await objective.close()
    })

    test('agrees with the reference: loss, gradient and logits', async () => {
      const { objective, problem, parameters, gradient } = await opened({
        count: 257,
        width: 33,
        classes: 12,
      })
      const reference = await referenceObjective(problem)
      const expected = new Float64Array(parameters.length)
      const loss = await reference.evaluate(parameters, expected)
      expect(Math.abs((await objective.evaluate(parameters, gradient)) - loss)).toBeLessThan(precision * loss)
      expect(furthest(gradient, expected)).toBeLessThan(precision)
      expect(furthest(await objective.logits(parameters), await reference.logits(parameters))).toBeLessThan(
        precision,
      )
      await objective.close()
    })

    test('is ln(classes) with no head', async () => {
      const { objective, parameters, gradient } = await opened({ count: 20, width: 5, classes: 10 })
      expect(await objective.evaluate(parameters.fill(0), gradient)).toBeCloseTo(Math.log(10), 6)
      await objective.close()
    })

    test('stays finite with a head that is sure and wrong', async () => {
      const { objective, problem, parameters, gradient } = await opened({ count: 8, width: 3, classes: 2 })
      problem.labels.fill(1)
      const wrong = await make(problem)
      parameters.fill(0)
      parameters.set([1e5, 0], problem.classes * problem.width)
      expect(await wrong.evaluate(parameters, gradient)).toBeCloseTo(1e5, 0)
      expect(gradient.every(Number.isFinite)).toBe(true)
      await Promise.all([objective.close(), wrong.close()])
    })

    test('gives the same bytes twice', async () => {
      const { objective, problem, parameters, gradient } = await opened({
        count: 300,
        width: 64,
        classes: 10,
      })
      const loss = await objective.evaluate(parameters, gradient)
      const again = new Float64Array(parameters.length)
      expect(await objective.evaluate(parameters, again)).toBe(loss)
      expect(again).toEqual(gradient)
      const other = await make(problem)
      expect(await other.evaluate(parameters, again)).toBe(loss)
      expect(again).toEqual(gradient)
      await Promise.all([objective.close(), other.close()])
    })

    test('takes one picture and one class', async () => {
      const { objective, parameters, gradient } = await opened({ count: 1, width: 2, classes: 1 })
      expect(await objective.evaluate(parameters, gradient)).toBe(0)
      expect([...gradient]).toEqual([0, 0, 0])
      await objective.close()
    })
  })

  async function opened(sizes: { count: number; width: number; classes: number }) {
    const problem = madeUpProblem(sizes)
    const random = seededRandom(7)
    const parameters = Float64Array.from({ length: parameterCount(problem) }, () => random() - 0.5)
    const gradient = new Float64Array(parameters.length)
    return { objective: await make(problem), problem, parameters, gradient }
  }
}

/** The largest difference, relative to the largest absolute value. */
function furthest(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [largest, difference] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!))
    difference = Math.max(difference, Math.abs(values[i]! - expected[i]!))
  }
  return difference / largest
}

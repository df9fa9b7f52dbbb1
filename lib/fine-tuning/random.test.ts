import { expect, test } from 'vitest'
import { normal, randomAt, symmetricBeta } from './random.ts'

const many = <T>(n: number, draw: () => T) => Array.from({ length: n }, draw)
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('the same place gives the same numbers, every other place others', () => {
  const first = (...place: (number | string)[]) => randomAt(7, ...place)()
  expect(first(0, 1, 2, 'order')).toBe(first(0, 1, 2, 'order'))
  const places = many(40, () => 0).flatMap((_, i) => [first(0, i, 'a'), first(i, 0, 'b'), first(11, i)])
  expect(new Set(places).size).toBe(places.length)
  expect(mean(places)).toBeGreaterThan(0.4)
  expect(mean(places)).toBeLessThan(0.6)
})

test('normal numbers have mean 0 and variance 1, beta ones mean ½ and variance 1 / (8α + 4)', () => {
  const random = randomAt(1, 'test')
  const normals = many(20_000, () => normal(random))
  expect(Math.abs(mean(normals))).toBeLessThan(0.03)
  expect(Math.abs(mean(normals.map((x) => x * x)) - 1)).toBeLessThan(0.05)
  for (const alpha of [0.2, 1, 3]) {
    const betas = many(20_000, () => symmetricBeta(random, alpha))
    expect(Math.abs(mean(betas) - 0.5)).toBeLessThan(0.01)
    expect(Math.abs(mean(betas.map((b) => (b - 0.5) ** 2)) - 1 / (8 * alpha + 4))).toBeLessThan(0.005)
  }
})

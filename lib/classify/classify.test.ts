import { expect, test } from 'vitest'
import type { Pixels, Preprocessing } from '../preprocess/preprocessing.ts'
import { type Classifier, classify, type Forward } from './classify.ts'
import { softmax } from './probabilities.ts'

const preprocessing: Preprocessing = {
  size: 4,
  resize: 'squash',
  cropFraction: 1,
  interpolation: 'bilinear',
  mean: [0, 0, 0],
  std: [1, 1, 1],
}
const base: Omit<Classifier, 'forward'> = {
  preprocessing,
  looks: 'whole',
  classes: ['black', 'grey', 'white'],
  temperature: 1,
  notSureBelow: 0.5,
}

test('one look ranks the classes by probability', async () => {
  const answer = await classify(grey(6, 5, 255), { ...base, forward: brightness() })
  expect(answer.ranked.map(({ label }) => label)).toEqual(['white', 'grey', 'black'])
  expect(answer.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
  expect(answer.sure).toBe(true)
  expect(answer.lookedAt).toBeUndefined()
})

test('a higher temperature keeps the order and makes the answer less sure', async () => {
  const picture = grey(6, 5, 255)
  const cool = await classify(picture, { ...base, forward: brightness() })
  const hot = await classify(picture, { ...base, forward: brightness(), temperature: 20 })
  expect(hot.ranked.map(({ label }) => label)).toEqual(cool.ranked.map(({ label }) => label))
  expect(hot.ranked[0]!.probability).toBeLessThan(cool.ranked[0]!.probability)
  expect([cool.sure, hot.sure]).toEqual([true, false])
})

test('the centre look does not see the sides', async () => {
  const picture = grey(12, 4, 0)
  for (let y = 0; y < 4; y++) picture.data.fill(255, (y * 12 + 4) * 3, (y * 12 + 8) * 3)
  const answer = await classify(picture, { ...base, looks: 'centre', forward: brightness() })
  expect(answer.ranked[0]!.label).toBe('white')
})

test.each(['centre+second', 'whole+second', 'whole+centre+second'] as const)(
  '%s: the second look goes where the first look points, and all looks are averaged',
  async (looks) => {
    const picture = grey(4, 4, 0)
    picture.data.fill(255, 0, 6)
    picture.data.fill(255, 12, 18)
    const inputs: Float32Array[] = []
    const says = brightness([5, 0, 0, 0])
    const forward: Forward = (input) => {
      inputs.push(input)
      return says(input)
    }
    const answer = await classify(picture, { ...base, looks, forward })
    expect(answer.lookedAt).toEqual({ left: 0, top: 0, width: 2, height: 2 })
    expect(inputs).toHaveLength(looks.split('+').length)
    expect(new Set(inputs.at(-1))).toEqual(new Set([1]))
    const each = await Promise.all(inputs.map(async (input) => softmax((await says(input)).logits)))
    for (const i of [0, 1, 2]) {
      const mean = each.reduce((sum, probabilities) => sum + probabilities[i]!, 0) / each.length
      expect(answer.probabilities[i]).toBeCloseTo(mean, 6)
    }
  },
)

test('a second look without a feature map is refused by name', async () => {
  const forward: Forward = async () => ({ logits: new Float32Array(3) })
  await expect(classify(grey(4, 4, 0), { ...base, looks: 'centre+second', forward })).rejects.toMatchObject({
    code: 'classify/no-feature-map',
  })
})

test('softmax holds with logits that a power would not', () => {
  expect([...softmax(new Float32Array([1e30, 0]))]).toEqual([1, 0])
  expect([...softmax(new Float32Array([-2e4, -2e4]))]).toEqual([0.5, 0.5])
})

function grey(width: number, height: number, level: number): Pixels {
  return { width, height, data: new Uint8Array(width * height * 3).fill(level) }
}

/** Black, grey or white by the mean of the input; `map` is what it says of 2 × 2 cells. */
function brightness(map = [1, 1, 1, 1]): Forward {
  return async (input) => {
    const mean = input.reduce((a, b) => a + b, 0) / input.length
    const logits = Float32Array.from([0, 0.5, 1], (level) => 8 * (1 - Math.abs(mean - level)))
    return { logits, featureMap: { data: Float32Array.from(map), height: 2, width: 2, channels: 1 } }
  }
}

import { expect, test } from 'vitest'
import { matchClasses } from './match-classes.ts'

test('classes are matched whatever their prefix, case and separators', () => {
  const known = [
    'n02085620-Chihuahua',
    'n02091134-whippet',
    'n02115641-dingo',
    'n02116738-African_hunting_dog',
  ]
  expect(matchClasses(['Whippet', 'african hunting-dog', 'n02085620-Chihuahua'], known)).toEqual({
    labels: [1, 3, 0],
    unknown: [],
  })
})

test('a class that the model does not know is listed, not guessed', () => {
  expect(matchClasses(['cat', 'dog'], ['dog'])).toEqual({ labels: [undefined, 0], unknown: ['cat'] })
})

test('the exact name wins over one that only looks alike', () => {
  expect(matchClasses(['Apple', 'apple'], ['apple', 'Apple'])).toEqual({ labels: [1, 0], unknown: [] })
})

import { expect, test } from 'vitest'
import { matchKey, readableName } from './readable-name.ts'

test('a class reads as people write it, in any script', () => {
  const read: Record<string, string> = {
    'n02085620-Chihuahua': 'Chihuahua',
    'n02091134-whippet': 'Whippet',
    'n02116738-African_hunting_dog': 'African hunting dog',
    'n02094433-Yorkshire_terrier': 'Yorkshire terrier',
    'Shih-Tzu': 'Shih-Tzu',
    n02085620: 'N02085620',
    собака: 'Собака',
    犬: '犬',
    '🐶_dogs': '🐶 dogs',
    _: '_',
  }
  expect(Object.fromEntries(Object.keys(read).map((name) => [name, readableName(name)]))).toEqual(read)
})

test('the same class matches however two datasets write it; others don’t', () => {
  const key = matchKey('n02116738-African_hunting_dog')
  for (const other of ['African hunting dog', 'african-hunting-dog', 'AfricanHuntingDog'])
    expect(matchKey(other)).toBe(key)
  expect(matchKey('hunting dog')).not.toBe(key)
  expect(matchKey('e\u0301te\u0301')).toBe(matchKey('Été'))
  expect(matchKey('_')).not.toBe(matchKey('-'))
})

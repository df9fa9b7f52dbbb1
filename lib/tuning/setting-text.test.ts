import { expect, test } from 'vitest'
import { settingText } from './setting-text.ts'

test('small numbers are written with their exponent, others as they are', () => {
  expect([3.09e-6, 0.000531, 0.0394, 1, 0, true, 'sgd'].map(settingText)).toEqual([
    '3.09e-6',
    '5.31e-4',
    '0.0394',
    '1',
    '0',
    'true',
    'sgd',
  ])
})

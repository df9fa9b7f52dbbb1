import { describe, expect, test } from 'vitest'
import { ago, bytes, count, counted, duration, moment, percent, plusMinus, short, speed } from './figures.ts'

describe('figures for people', () => {
  test('carry their unit', () => {
    expect(percent(0.8412)).toBe('84.1 %')
    expect(plusMinus([0.822, 0.86])).toBe('± 1.9')
    expect([0, 999, 1440, 1234567].map(count)).toEqual(['0', '999', '1,440', '1,234,567'])
    expect([counted(1, 'picture'), counted(2, 'picture'), counted(2, 'class', 'classes')]).toEqual([
      '1 picture',
      '2 pictures',
      '2 classes',
    ])
    expect([950, 4200, 999_600, 4_652_008].map(short)).toEqual(['950', '4 k', '1.0 M', '4.7 M'])
    expect([4.25, 412.3, 5940].map(speed)).toEqual(['4.3 img/s', '412 img/s', '5,940 img/s'])
    expect([999, 9_412_000, 634e6].map(bytes)).toEqual(['999 B', '9.4 MB', '634 MB'])
  })

  test('say durations in the two units that matter', () => {
    expect([0.2, 48, 59.6, 291, 3600, 7500, 200_000].map(duration)).toEqual([
      'less than 1 s',
      '48 s',
      '1 min',
      '4 min 51 s',
      '1 h',
      '2 h 5 min',
      '2 days 7 h',
    ])
  })

  test('say moments without the reader’s place', () => {
    const at = '2026-11-25T12:59:03.000Z'
    expect(moment(at)).toBe('25 Nov 2026, 12:59 UTC')
    const later = (seconds: number) => ago(at, Date.parse(at) + seconds * 1000)
    expect([3, 300, 3599, 7200, 86_400, 172_800].map(later)).toEqual([
      'just now',
      '5 min ago',
      '1 h ago',
      '2 h ago',
      '1 day ago',
      '2 days ago',
    ])
  })
})

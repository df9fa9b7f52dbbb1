import { expect, test } from 'vitest'
import type { RunEvent } from './events.ts'
import { statusWords } from './progress.ts'
import { type Run, reduceRun } from './run.ts'
import { attemptOf } from './testing/logs.ts'

const fold = (log: readonly RunEvent[]): Run => log.reduce<Run | undefined>(reduceRun, undefined)!

test('a run that fetches weights says how far it is, until it goes on', () => {
  const log = attemptOf(
    { type: 'started', pid: 42 },
    { type: 'download', receivedBytes: 11_900_000 },
    { type: 'download', receivedBytes: 12_000_000, totalBytes: 97_800_000 },
    { type: 'phase', phase: 'extracting' },
  )
  const words = log.map((_, i) => statusWords(fold(log.slice(0, i + 1))))
  expect(words.slice(-3)).toEqual([
    'fetches the weights: 12 MB',
    'fetches the weights: 12 of 98 MB',
    'extracting',
  ])
})

import { expect, test } from 'vitest'
import type { RunSummary } from '../api/runs.ts'
import { endingsOf } from './endings.ts'

const run = (id: string, more: Partial<RunSummary> = {}): RunSummary => ({
  id,
  seq: 1,
  dataset: { version: 'v', name: 'dogs@1', classes: 2 },
  backbone: 'lite0',
  strategy: 'feature-extraction',
  status: 'training',
  over: false,
  queuedAt: '2026-11-25T12:00:00.000Z',
  ...more,
})
const succeeded = { status: 'succeeded', over: true, top1: 0.841, images: 1440 } as const

test('a run that was under way and is over is news, once', () => {
  const [before, after] = [
    [run('a'), run('b')],
    [run('a', succeeded), run('b')],
  ]
  expect(endingsOf(before, after)).toEqual([
    { run: 'a', title: 'dogs@1: done', body: 'lite0, top-1 84.1 % of 1440 test pictures' },
  ])
  expect(endingsOf(after, after)).toEqual([])
})

test('a run that was over when the page was opened is none', () => {
  expect(endingsOf([], [run('a', succeeded)])).toEqual([])
})

test('a run that failed says why', () => {
  const problem = { code: 'training/diverged', says: 'The loss is no number.' }
  const failed = run('a', { status: 'failed', over: true, problem })
  expect(endingsOf([run('a')], [failed])).toEqual([
    { run: 'a', title: 'dogs@1: failed', body: 'The loss is no number.' },
  ])
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { Problem } from '../../lib/problem.ts'
import { logOutput } from './child-output.ts'
import { jsonLog, logStyle, readableLog } from './log.ts'

function written() {
  const lines: string[] = []
  return { lines, write: (line: string) => lines.push(line) }
}

const trouble = new Problem('store/timeout', { says: 'It took too long.', cause: new Error('the lock') })

test('a line of JSON has its level, time, fields and sentence, and a problem its code', () => {
  const out = written()
  const log = jsonLog(out, false).with({ run: 'r4k2' })
  log.info('training', { attempt: 2 })
  log.problem(trouble)
  const [first, second] = out.lines.map((line) => JSON.parse(line))
  expect(first).toEqual({
    level: 'info',
    time: expect.any(String),
    run: 'r4k2',
    attempt: 2,
    msg: 'training',
  })
  expect(Date.parse(first.time)).toBeGreaterThan(0)
  expect(second).toMatchObject({
    level: 'error',
    run: 'r4k2',
    code: 'store/timeout',
    msg: 'It took too long.',
  })
  expect(second).not.toHaveProperty('cause')
})

test('the cause of a problem is written where it is asked for', () => {
  const out = written()
  jsonLog(out, true).problem(trouble)
  expect(JSON.parse(out.lines[0]!).cause).toContain('the lock')
})

test('a readable line says which run and attempt it is about', () => {
  const lines: string[] = []
  const log = readableLog((line) => lines.push(line), false)
  log.info('Whippet starts.')
  log.with({ run: 'r4k2', attempt: 2 }).info('training')
  log.with({ run: 'r4k2', attempt: 2, from: 'trainer' }).warn('out of memory')
  log.problem(trouble)
  expect(lines).toEqual([
    'Whippet starts.',
    'run r4k2, attempt 2: training',
    'run r4k2, attempt 2: trainer: out of memory',
    'It took too long. [store/timeout]',
  ])
})

test.each([
  [undefined, true, 'readable'],
  [undefined, undefined, 'json'],
  ['json', true, 'json'],
  ['readable', undefined, 'readable'],
  ['nonsense', true, 'readable'],
] as const)('WHIPPET_LOG=%s on a terminal (%s) gives %s', (asked, isTerminal, style) => {
  expect(logStyle(asked, isTerminal)).toBe(style)
})

test('what a child process says is attributed to it, line by line', async () => {
  const out = written()
  const child = spawn(process.execPath, [
    '-e',
    'process.stdout.write("one\\ntw"); process.stdout.write("o\\n\\n"); process.stderr.write("three")',
  ])
  logOutput(child, jsonLog(out).with({ run: 'r4k2', attempt: 1, from: 'trainer' }))
  await once(child, 'close')
  const lines = out.lines.map((line) => JSON.parse(line))
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'info', msg: 'two', run: 'r4k2', attempt: 1, from: 'trainer' }),
  )
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', msg: 'three' }))
  expect(lines.map(({ msg }) => msg).sort()).toEqual(['one', 'three', 'two'])
})

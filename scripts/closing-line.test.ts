import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'whippet-closing-line-'))
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  const config = {
    test: {
      include: ['*.test.ts'],
      maxWorkers: 1,
      reporters: ['default', join(ROOT, 'scripts/closing-line.ts')],
    },
  }
  writeFileSync(join(dir, 'vitest.config.ts'), `export default ${JSON.stringify(config)}`)
})
afterAll(() => rmSync(dir, { recursive: true }))

/** A real test run over these files: its exit status and what it wrote. */
function testRun(files: Record<string, string>): { status: number | null; lines: string[] } {
  const folder = mkdtempSync(join(dir, 'suite-'))
  mkdirSync(folder, { recursive: true })
  for (const [name, source] of Object.entries(files)) {
    writeFileSync(join(folder, name), `import { beforeAll, describe, expect, test } from 'vitest'\n${source}`)
  }
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const { status, stdout } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', join(dir, 'vitest.config.ts'), '--root', folder],
    { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  )
  return { status, lines: stdout.trimEnd().split('\n') }
}

test('all passed: the last line says how many, and nothing of skipped ones', () => {
  const { status, lines } = testRun({
    'a.test.ts': `test('one', () => {})\ndescribe('in', () => { test('two', () => {}) })`,
    'b.test.ts': `test('three', () => {})`,
  })
  expect(lines.at(-1)).toBe('3 passed, 0 failed')
  expect(status).toBe(0)
})

test('skipped tests are listed with their reasons above the last line', () => {
  const { status, lines } = testRun({
    'a.test.ts': `test('no pictures', (ctx) => ctx.skip('the shared pictures are absent'))
      test.skip('off', () => {})
      test.todo('later')
      test('one', () => {})`,
  })
  expect(lines.slice(-4)).toEqual([
    'skipped: a.test.ts > no pictures: the shared pictures are absent',
    'skipped: a.test.ts > off: no reason given',
    'skipped: a.test.ts > later: still to be written',
    '1 passed, 0 failed, 3 skipped',
  ])
  expect(status).toBe(0)
})

test('what fails outside a test counts as failed: a file, a hook, an unhandled error', () => {
  const { status, lines } = testRun({
    'a.test.ts': `test('fails', () => expect(1).toBe(2))`,
    'file.test.ts': `import './absent.ts'`,
    'hook.test.ts': `describe('s', () => { beforeAll(() => { throw new Error('no') })\ntest('never', () => {}) })`,
    'unhandled.test.ts': `test('passes', async () => { Promise.reject(new Error('nobody listens')); await new Promise(setImmediate) })`,
  })
  expect(lines.at(-1)).toBe('1 passed, 4 failed, 1 skipped')
  expect(lines.at(-2)).toBe('skipped: hook.test.ts > s > never: the set-up of its suite failed')
  expect(status).toBe(1)
})

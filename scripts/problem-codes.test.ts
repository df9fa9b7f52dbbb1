import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { problemsIn, problemsPage } from './problem-codes.ts'

test('docs/problems.md lists every problem of the source', () => {
  const page = readFileSync(new URL('../docs/problems.md', import.meta.url), 'utf8')
  expect(page, 'run "node scripts/problem-codes.ts"').toBe(problemsPage())
})

test('a problem is found with what it says, filled-in parts left out', () => {
  const source = `throw new Problem('runs/unknown', {
    says: \`There is no run "\${wanted}"\${near ? \`, but \${near}\` : ''}.\`,
    advice: 'See "whippet runs".',
  })`
  expect(problemsIn(source)).toEqual([
    { code: 'runs/unknown', says: 'There is no run "…"….', advice: 'See "whippet runs".' },
  ])
})

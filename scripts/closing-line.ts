import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

/** What became of all tests. */
export type Tally = { passed: number; failed: number; skipped: { test: string; reason: string }[] }

/**
 * Ends the output of a test run with one line over all suites, `N passed, N failed` and `, N skipped` where there are any,
 * each with its reason above. It is written when the process ends, so that nothing can come after it.
 */
export default class ClosingLine implements Reporter {
  private tally: Tally | undefined

  onInit(): void {
    process.once('exit', () => {
      if (this.tally) process.stdout.write(`\n${closingLines(this.tally).join('\n')}\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.tally = tallyOf(modules, unhandled.length)
  }
}

export function closingLines({ passed, failed, skipped }: Tally): string[] {
  const reasons = skipped.map(({ test, reason }) => `skipped: ${test}: ${reason}`)
  const count = skipped.length === 0 ? '' : `, ${skipped.length} skipped`
  return [...reasons, `${passed} passed, ${failed} failed${count}`]
}

/** What failed outside a test counts as one failure each: a file that can't be loaded, a hook, an unhandled error. */
function tallyOf(modules: readonly TestModule[], unhandled: number): Tally {
  const tally: Tally = { passed: 0, failed: unhandled, skipped: [] }
  for (const module of modules) {
    tally.failed += module.errors().length
    for (const suite of module.children.allSuites()) tally.failed += suite.errors().length
    for (const test of module.children.allTests()) count(test, tally)
  }
  return tally
}

function count(test: TestCase, tally: Tally): void {
  const result = test.result()
  if (result.state === 'passed') tally.passed++
  else if (result.state === 'failed') tally.failed++
  else
    tally.skipped.push({ test: `${test.module.relativeModuleId} > ${test.fullName}`, reason: reasonOf(test) })
}

function reasonOf(test: TestCase): string {
  const result = test.result()
  if (result.state === 'pending') return 'it was never run'
  if (result.state === 'skipped' && result.note) return result.note
  if (test.parent.type === 'suite' && test.parent.errors().length > 0) return 'the set-up of its suite failed'
  return test.options.mode === 'todo' ? 'still to be written' : 'no reason given'
}

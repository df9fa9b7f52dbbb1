import { describe, type TestOptions, test } from 'vitest'

/**
 * A suite that can't run here says so in one skipped test with its reason, which the closing lines show; vitest's own
 * `skipIf` gives none.
 *
 * @param reason why the suite can't run; undefined where it can.
 */
export function describeUnless(
  reason: string | undefined,
  name: string,
  options: TestOptions,
  suite: () => void,
): void {
  if (reason === undefined) describe(name, options, suite)
  else describe(name, () => void test('all of it', (ctx) => ctx.skip(reason)))
}

import { expect, inject, test } from 'vitest'
import { chaos as killChaos } from './kill.ts'
import { chaos as queueChaos } from './queue.ts'

test('a few rounds of kills lose nothing, and every run ends once', async () => {
  expect(
    await killChaos(['--rounds', '2', '--seed', '7', '--only', 'checkpoint', '--database', 'embedded']),
  ).toBe(true)
})

test('short runs over workers that are killed end once each, and no device is held twice', async (ctx) => {
  if (!inject('postgresUrl')) ctx.skip('this machine has no Postgres to start')
  expect(await queueChaos(['--runs', '16', '--seed', '7'])).toBe(true)
})

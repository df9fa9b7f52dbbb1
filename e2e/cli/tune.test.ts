import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawShapes, said, startWhippet, whippet, whippetJson } from './whippet.ts'

type Tuned = {
  tune: string
  status: string
  trials: {
    run: string
    settings: Record<string, unknown>
    validationTop1: number | null
    validationLoss: number | null
    epochs: number | null
    state: string
  }[]
  winner: { run: string; settings: { dataset: string }; command: string }
}

let folder: string
let data: string
const search = ['tune', '--dataset', 'shapes', '--set', 'solver=sgd', '--set', 'epochs=3']

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whippet-tune-'))
  data = join(folder, 'data')
  await drawShapes(join(folder, 'shapes'))
  await whippetJson(data, 'import', join(folder, 'shapes'), '--name', 'shapes')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('tune finds settings, and its command trains with them', async () => {
  const rates = ['--search', 'learningRate=1e-3..1']
  const tuned = await whippetJson<Tuned>(data, ...search, ...rates, '--trials', '3', '--seed', '4')
  expect(tuned.trials).toHaveLength(3)
  for (const trial of tuned.trials) {
    const rate = trial.settings['solver.learningRate']
    expect(trial).toMatchObject({ state: 'succeeded', epochs: 3, validationTop1: expect.any(Number) })
    expect(rate).toBeGreaterThanOrEqual(1e-3)
    expect(rate).toBeLessThanOrEqual(1)
  }
  const losses = tuned.trials.map(({ validationLoss }) => validationLoss!)
  const winner = tuned.trials.find(({ run }) => run === tuned.winner.run)!
  expect(winner.validationLoss).toBe(Math.min(...losses))
  expect((await whippetJson<{ runs: unknown[] }>(data, 'runs')).runs).toEqual([])

  const [program, ...words] = tuned.winner.command.split(' ')
  expect(program).toBe('whippet')
  expect(tuned.winner.command).toContain(`solver.learningRate=${winner.settings['solver.learningRate']}`)
  expect(await whippetJson(data, ...words)).toMatchObject({ status: 'succeeded' })

  const again = await whippetJson<Tuned>(data, 'tune', '--tune', tuned.tune)
  expect(again).toEqual(tuned)
})

test('Ctrl-C ends a tune and keeps the best so far', async () => {
  const running = startWhippet(data, [...search, '--trials', '500', '--search', 'l2=1e-6..1', '--json'])
  await said(running, /trial 1 +top-1/)
  running.process.kill('SIGINT')
  const stopped = JSON.parse((await running.ended).stdout) as Tuned
  expect(stopped).toMatchObject({ status: 'stopped', winner: { run: expect.any(String) } })
})

test('a tune whose command was killed goes on', async () => {
  const running = startWhippet(data, [...search, '--trials', '3', '--search', 'l2=1e-6..1'])
  let id = ''
  running.process.stderr!.on('data', (text: string) => {
    id ||= /tune (\w+) on/.exec(text)?.[1] ?? ''
  })
  await said(running, /trial 1 +top-1/)
  running.process.kill('SIGKILL')
  await running.ended
  const tuned = await whippetJson<Tuned>(data, 'tune', '--tune', id)
  expect(tuned.status).toBe('succeeded')
  expect(tuned.trials.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded'])
})

test.each([
  [['tune'], /--dataset/],
  [[...search, '--trials', '0'], /from 1 to 1000/],
  [[...search, '--search', 'learningrate=1e-3..1'], /Did you mean solver.learningRate/],
  [[...search, '--search', 'epochs=1..9'], /both set and searched/],
])('%j is wrong usage: it ends with 2 and says what is right', async (args, right) => {
  const { status, stderr } = await whippet(data, ...args)
  expect(stderr).toMatch(right)
  expect(status).toBe(2)
})

test('a dataset without validation is refused, with advice', async () => {
  await whippetJson(data, 'import', join(folder, 'shapes'), '--name', 'whole', '--shares', '80,0,20')
  const { status, stdout } = await whippet(data, 'tune', '--dataset', 'whole', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    problem: { code: 'tuning/no-validation', advice: expect.stringContaining('--validation') },
  })
  expect(status).toBe(1)
})

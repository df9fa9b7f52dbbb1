import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawShapes, whippet, whippetJson } from './whippet.ts'

/** resume, extend and branch, as people type them. */

type Trained = { run: string; status: string; top1: number; bestEpoch?: { epoch: number } }
const QUICK = ['--strategy', 'partial-fine-tuning', '--set', 'epochs=1', '--set', 'views=1']

let folder: string
let data: string
let parent: Trained
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whippet-go-on-'))
  data = join(folder, 'data')
  await drawShapes(join(folder, 'shapes'))
  await whippetJson(data, 'import', join(folder, 'shapes'), '--name', 'shapes')
  parent = await whippetJson<Trained>(data, 'train', '--dataset', 'shapes', ...QUICK)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('extend trains on, and says that a run that succeeded has nothing to resume', async () => {
  const extended = await whippetJson<Trained>(data, 'extend', parent.run, '--epochs', '2')
  expect(extended).toMatchObject({ run: parent.run, status: 'succeeded' })
  const { status, stderr } = await whippet(data, 'resume', parent.run)
  expect(status).toBe(1)
  expect(stderr).toContain(`whippet extend ${parent.run} --epochs N`)
})

test('branch starts a new run from its model, with another strategy where that is said', async () => {
  const branch = await whippetJson<Trained>(data, 'branch', parent.run, '--strategy', 'feature-extraction')
  expect(branch).toMatchObject({ status: 'succeeded', top1: expect.any(Number) })
  expect(branch.run).not.toBe(parent.run)
})

test('what is unknown or no number is wrong usage or a failure, with why', async () => {
  expect((await whippet(data, 'extend', parent.run, '--epochs', 'many')).status).toBe(2)
  expect((await whippet(data, 'branch', parent.run, '--checkpoint', 'first')).status).toBe(2)
  const unknown = await whippet(data, 'branch', 'zzzz')
  expect(unknown.status).toBe(1)
  expect(unknown.stderr).toContain('There is no run "zzzz"')
})

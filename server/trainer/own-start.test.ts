import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewRunEvent } from '../../lib/run/events.ts'
import type { StrategyName } from '../../lib/strategy/strategies.ts'
import { runAttempt } from './attempt.ts'
import { prepareBackbone } from './backbone.ts'
import { type MadeUpPictures, madeUpPictures } from './fine-tuning/testing/made-up-pictures.ts'
import type { Job } from './job.ts'
import { openStart } from './own-start.ts'
import { readRunFolder, runFolder } from './run-folder.ts'

const QUICK = ['epochs=1', 'views=1', 'batchSize=4', 'headFirst=false']
const GROWN = ['a new one', 'light', 'dark']
const quiet = { emit: () => undefined, stop: new AbortController().signal }

let made: MadeUpPictures
beforeAll(async () => {
  made = await madeUpPictures(10)
  await attempt(made.job('parent', 'partial-fine-tuning', QUICK))
}, 120_000)
afterAll(() => made.remove())

test('a head that grows keeps the rows of classes with the same name to the byte, and says so in the plan', async () => {
  const job = child('grown', 'partial-fine-tuning', QUICK, GROWN)
  const start = await openStart(job, await prepareBackbone(job.settings, 3, made.dataDir, quiet))
  const { head: before, record } = await readRunFolder(made.dataDir, 'parent')
  const { head } = start!.growth
  for (const [i, name] of GROWN.entries()) {
    const at = record.classes.indexOf(name)
    if (at >= 0) expect(rowOf(head, i)).toEqual(rowOf(before, at))
  }
  const events = await attempt(job)
  expect(events.at(-1)).toEqual({ type: 'succeeded' })
  expect(events.find((event) => event.type === 'plan')?.start).toEqual({
    run: 'parent',
    checkpoint: 'best',
    isSolved: false,
    kept: 2,
    fresh: ['a new one'],
    dropped: [],
  })
})

test('what becomes of the parent later changes nothing: the run starts from its own copy, held to its checksum', async () => {
  await attempt(made.job('gone', 'partial-fine-tuning', QUICK))
  const job = child('copied', 'partial-fine-tuning', QUICK, undefined, 'gone')
  const backbone = await prepareBackbone(job.settings, 2, made.dataDir, quiet)
  const before = await openStart(job, backbone)
  rmSync(runFolder(made.dataDir, 'gone'), { recursive: true })
  expect(await openStart(job, backbone)).toEqual(before)
  const file = join(runFolder(made.dataDir, 'copied'), 'start-backbone.safetensors')
  const bytes = readFileSync(file)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(file, bytes)
  await expect(openStart(job, backbone)).rejects.toMatchObject({ code: 'runs/damaged' })
})

test('feature extraction from a tuned backbone uses, and keeps, what was tuned', async () => {
  const { record: parent } = await readRunFolder(made.dataDir, 'parent')
  const events = await attempt(child('features', 'feature-extraction', []))
  expect(events.at(-1)).toEqual({ type: 'succeeded' })
  expect(events.find((event) => event.type === 'plan')?.start?.isSolved).toBe(true)
  const { record } = await readRunFolder(made.dataDir, 'features')
  expect(record.tuned).toEqual(parent.tuned)
  // Other features than the pretrained ones were extracted: none of them came from the cache.
  await attempt(made.job('pretrained', 'feature-extraction', []))
  const [own, pretrained] = [
    (await readRunFolder(made.dataDir, 'features')).head,
    (await readRunFolder(made.dataDir, 'pretrained')).head,
  ]
  expect(own.weight).not.toEqual(pretrained.weight)
})

test('a later strategy trains on: what it freezes of the parent stays as the parent left it', async () => {
  const events = await attempt(child('deeper', 'partial-fine-tuning', [...QUICK, 'groups=blocks.6']))
  expect(events.at(-1)).toEqual({ type: 'succeeded' })
  const { record } = await readRunFolder(made.dataDir, 'deeper')
  expect(record.tuned!.tensors).toEqual(expect.arrayContaining(['conv_head.weight', 'bn2.weight']))
  expect(record.tuned!.tensors.some((name) => name.startsWith('blocks.6.'))).toBe(true)
})

test('a run without a model, and files that are damaged, end the attempt with their problem', async () => {
  const none = await attempt(child('of-none', 'partial-fine-tuning', QUICK, undefined, 'nobody'))
  expect(none.at(-1)).toMatchObject({ type: 'failed', problem: { code: 'runs/no-model' } })
  await attempt(made.job('broken', 'partial-fine-tuning', QUICK))
  rmSync(join(runFolder(made.dataDir, 'broken'), 'backbone.safetensors'))
  const damaged = await attempt(child('of-broken', 'partial-fine-tuning', QUICK, undefined, 'broken'))
  expect(damaged.at(-1)).toMatchObject({ type: 'failed', problem: { code: 'runs/damaged' } })
})

function child(
  run: string,
  strategy: StrategyName,
  pairs: string[],
  classes = ['dark', 'light'],
  parent = 'parent',
): Job {
  const job = made.job(run, strategy, pairs)
  return {
    ...job,
    settings: { ...job.settings, from: { run: parent, checkpoint: 'best' } },
    dataset: { ...job.dataset, classes },
    pictures: job.pictures.map((picture) => ({
      ...picture,
      label: classes.indexOf(picture.label === 0 ? 'dark' : 'light'),
    })),
  }
}

async function attempt(job: Job): Promise<NewRunEvent[]> {
  const events: NewRunEvent[] = []
  await runAttempt(job, { emit: (event) => events.push(event), stop: new AbortController().signal })
  return events
}

function rowOf(
  { weight, bias, features }: { weight: Float32Array; bias: Float32Array; features: number },
  row: number,
) {
  return [...weight.subarray(row * features, (row + 1) * features), bias[row]]
}

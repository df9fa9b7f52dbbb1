import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawShapes, said, startWhippet, whippet, whippetJson } from './whippet.ts'

type Trained = { run: string; status: string; top1: number; images: number; kept?: boolean }
type Judged = { top1: number; top5: number; images: number }

let folder: string
let data: string
let pictures: string
let trained: Trained

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whippet-cli-'))
  data = join(folder, 'data')
  pictures = join(folder, 'shapes')
  await drawShapes(pictures)
  await whippetJson(data, 'import', pictures, '--name', 'shapes')
  trained = await whippetJson<Trained>(data, 'train', '--dataset', 'shapes')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const headOf = (run: string) => readFileSync(join(data, 'runs', run, 'head.safetensors'))

describe('from pictures to a model', () => {
  test('eval finds what train found', async () => {
    const judged = await whippetJson<Judged>(data, 'eval', '--run', trained.run)
    expect(trained.status).toBe('succeeded')
    expect(judged).toMatchObject({ top1: trained.top1, images: trained.images })
    expect(judged.top5).toBe(1)
  })

  test('with two looks too', async () => {
    const run = await whippetJson<Trained>(
      data,
      'train',
      '--dataset',
      'shapes',
      '--set',
      'looks=whole+second',
    )
    expect(await whippetJson<Judged>(data, 'eval', '--run', run.run)).toMatchObject({ top1: run.top1 })
  })

  test('infer answers for each file, and says which can’t be read', async () => {
    const file = join(pictures, 'disc', 'disc-3.png')
    const answer = await whippetJson<{
      images: { file: string; top: { label: string; probability: number }[] }[]
    }>(data, 'infer', '--run', trained.run, file)
    expect(answer.images[0]).toMatchObject({ file, top: [{ label: 'Disc' }, {}, {}] })
    expect(answer.images[0]!.top.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5)
    const { status, stderr, stdout } = await whippet(data, 'infer', '--run', trained.run, file, 'nowhere.png')
    expect(status).toBe(1)
    expect(stdout + stderr).toContain('nowhere.png')
  })

  test('export writes a bundle that the gate has passed', async () => {
    const out = join(folder, 'bundle')
    const exported = await whippetJson<{
      run: string
      parity: Record<string, { sameTop1: number; pictures: number }>
    }>(
      data,
      ...['export', '--run', trained.run, '--out', out, '--precisions', 'float32', '--no-onnx', '--no-page'],
    )
    expect(exported.run).toBe(trained.run)
    expect(exported.parity.float32!.sameTop1).toBe(exported.parity.float32!.pictures)
    expect(readdirSync(out).sort()).toEqual(['README.md', 'float32', 'labels.txt', 'model.json'])
  })

  test('the same seed gives the same run, byte by byte; another seed another', async () => {
    const sgd = [
      'train',
      '--dataset',
      'shapes',
      '--set',
      'solver=sgd',
      '--set',
      'epochs=3',
      '--set',
      'batchSize=5',
      '--set',
    ]
    const [one, two, other] = [
      await whippetJson<Trained>(data, ...sgd, 'seed=7'),
      await whippetJson<Trained>(data, ...sgd, 'seed=7'),
      await whippetJson<Trained>(data, ...sgd, 'seed=8'),
    ]
    expect(headOf(two.run).equals(headOf(one.run))).toBe(true)
    expect(headOf(other.run).equals(headOf(one.run))).toBe(false)
    const exact = await whippetJson<Trained>(data, 'train', '--dataset', 'shapes')
    expect(headOf(exact.run).equals(headOf(trained.run))).toBe(true)
  })

  test('Ctrl-C ends a run at its next step and keeps the best so far', async () => {
    const endless = [
      'train',
      '--dataset',
      'shapes',
      '--set',
      'solver=adam',
      '--set',
      'epochs=100000000',
      '--json',
    ]
    const running = startWhippet(data, endless)
    await said(running, /training adam, step \d/)
    running.process.kill('SIGINT')
    const stopped = JSON.parse((await running.ended).stdout) as Trained
    expect(stopped).toMatchObject({ status: 'stopped', kept: true })
    expect(await whippetJson<Judged>(data, 'eval', '--run', stopped.run)).toMatchObject({
      images: trained.images,
    })
  })

  test('doctor finds an engine of each sort', async () => {
    const { engines } = await whippetJson<{ engines: { id: string; selfTest: string }[] }>(data, 'doctor')
    const passed = engines.filter(({ selfTest }) => selfTest === 'passed').map(({ id }) => id)
    expect(passed).toEqual(expect.arrayContaining(['onnxruntime', 'wasm']))
  })
})

describe('wrong usage ends with 2 and says what is right', () => {
  test.each([
    [['train', '--dataset', 'shapes', '--sett', 'l2=1'], /--set\b/],
    [['trian', '--dataset', 'shapes'], /train/],
    [['train', '--dataset', 'shapes', '--backbone', 'tf_efficientnet_lite'], /tf_efficientnet_lite0/],
    [['train', '--dataset', 'shapes', '--set', 'learningrate=1'], /learningRate|settings/i],
    [['train', '--dataset', 'shapes', '--set', 'l2=-1'], /above 0/],
    [['train', '--dataset', 'shapes', '--strategy', 'magic'], /feature-extraction/],
    [['export', '--run', 'x', '--out', 'y', '--precisions', 'float8'], /float16/],
    [['import', '.'], /--name/],
  ])('%j', async (args, right) => {
    const { status, stderr } = await whippet(data, ...args)
    expect(stderr).toMatch(right)
    expect(status).toBe(2)
  })
})

describe('what fails ends with 1, and its problem is on stdout with --json', () => {
  test.each([
    [['train', '--dataset', 'shape', '--json'], 'datasets/unknown'],
    [['eval', '--run', 'nothing', '--json'], 'runs/unknown'],
    [['train', '--dataset', 'shapes', '--backbone', 'resnet50', '--json'], 'weights/'],
    [['import', 'nowhere', '--name', 'x', '--json'], 'import/'],
  ])('%j', async (args, code) => {
    const { status, stdout } = await whippet(data, ...args)
    const document = JSON.parse(stdout) as { problem: { code: string; says: string } }
    expect(document.problem.code).toContain(code)
    expect(status).toBe(1)
  })
})

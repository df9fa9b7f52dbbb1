import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { withHead, withHeadWeights } from '../../lib/backbone/head.ts'
import { manifestSchema } from '../../lib/export/manifest.ts'
import { emitOnnx } from '../../lib/onnx/emit.ts'
import { exportBundle } from './export-bundle.ts'
import { type Gate, runGate } from './gate/gate.ts'
import { smallExport, smallHead } from './testing/small-export.ts'

let settings: Awaited<ReturnType<typeof smallExport>>

beforeEach(async () => {
  settings = await smallExport()
})
afterEach(() => rm(settings.folder, { recursive: true, force: true }))

test('a bundle has everything, says so, and agrees with the server in float32', async () => {
  const { parity, files, bytes } = await exportBundle(settings)
  expect(parity.float32).toMatchObject({ pictures: 12, sameTop1: 12 })
  expect(parity.float32!.maxProbabilityDifference).toBeLessThan(1e-4)
  expect(Object.keys(parity).sort()).toEqual(['float16', 'float32', 'uint8'])
  for (const path of ['index.html', 'classify.js', 'model.json', 'labels.txt', 'README.md', 'model.onnx'])
    expect(files.map((file) => file.path)).toContain(path)
  for (const file of files)
    expect((await readFile(join(settings.outDir, file.path))).length, file.path).toBe(file.bytes)
  expect(bytes).toBe(files.reduce((sum, file) => sum + file.bytes, 0))
  expect(await readFile(join(settings.outDir, 'labels.txt'), 'utf8')).toBe('Pug\nWhippet\nBoxer\n')
  const manifest = manifestSchema.parse(
    JSON.parse(await readFile(join(settings.outDir, 'model.json'), 'utf8')),
  )
  expect(manifest.calibration).toEqual(settings.calibration)
})

test('the model card states the measured differences of each precision', async () => {
  const { parity } = await exportBundle(settings)
  const card = await readFile(join(settings.outDir, 'README.md'), 'utf8')
  expect(card).toContain('# Three dogs')
  expect(card).toContain('whippet train dogs')
  for (const [precision, { maxProbabilityDifference }] of Object.entries(parity))
    expect(card).toMatch(
      new RegExp(
        `\`${precision}\` .* of 12 \\| ${maxProbabilityDifference.toPrecision(2).replace('+', '\\+')}`,
      ),
    )
})

test('one precision without the page and the ONNX file is possible, and still checked', async () => {
  const { parity, files } = await exportBundle({
    ...settings,
    precisions: ['float16'],
    onnx: false,
    page: false,
  })
  expect(parity).toEqual({ float16: expect.objectContaining({ pictures: 12 }) })
  expect(files.map(({ path }) => path)).not.toContain('model.onnx')
  expect((await readdir(settings.outDir)).sort()).toEqual([
    'README.md',
    'float16',
    'labels.txt',
    'model.json',
  ])
})

test('a folder with something in it is left as it is', async () => {
  await mkdir(settings.outDir)
  await writeFile(join(settings.outDir, 'mine.txt'), 'mine')
  await expect(exportBundle(settings)).rejects.toMatchObject({ code: 'export/not-empty' })
  expect(await readdir(settings.outDir)).toEqual(['mine.txt'])
})

test('without a picture to check on nothing is exported', async () => {
  await expect(exportBundle({ ...settings, gatePictures: [] })).rejects.toMatchObject({
    code: 'export/nothing-to-check',
  })
  await expectNothingLeft()
})

test('an export that is stopped ends with the reason and leaves nothing', async () => {
  const stopping = new AbortController()
  const exporting = exportBundle({
    ...settings,
    signal: stopping.signal,
    onProgress: ({ phase }) => phase === 'checking' && stopping.abort(new Error('enough')),
  })
  await expect(exporting).rejects.toThrow('enough')
  await expectNothingLeft()
})

describe('the gate refuses', () => {
  test('a bundle whose weights were changed after they were written', async () => {
    await expectRefusal('export/damaged', async ({ bundle }) => {
      const [shard] = (await readdir(join(bundle, 'float32'))).filter((name) => name.endsWith('.bin'))
      const bytes = await readFile(join(bundle, 'float32', shard!))
      bytes[0]! ^= 1
      await writeFile(join(bundle, 'float32', shard!), bytes)
    })
  })

  test('a bundle whose head is not the one that was measured', async () => {
    await expectRefusal('export/parity', async ({ reference }) => {
      await writeFile(reference, otherNetwork())
    })
  })

  test('a bundle whose description was cut off', async () => {
    await expectRefusal('export/damaged', ({ bundle }) => writeFile(join(bundle, 'model.json'), '{'))
  })

  test('a model whose topology was changed', async () => {
    await expectRefusal('export/damaged', ({ bundle }) =>
      appendFile(join(bundle, 'uint8', 'model.json'), ' '),
    )
  })

  async function expectRefusal(code: string, tamper: (gate: Gate) => Promise<void>) {
    const gate = async (task: Gate) => {
      await tamper(task)
      return runGate(task)
    }
    await expect(exportBundle(settings, gate)).rejects.toMatchObject({ code })
    await expectNothingLeft()
  }
})

/** The same backbone with another head. */
function otherNetwork(): Uint8Array {
  const { backbone, weights } = settings
  const graph = withHead(backbone.graph, 3)
  return emitOnnx(graph, withHeadWeights(weights, smallHead('other')), {
    outputs: ['classifier', graph.featureMap],
  })
}

async function expectNothingLeft() {
  expect((await readdir(settings.folder)).filter((name) => !name.endsWith('.png'))).toEqual([])
}

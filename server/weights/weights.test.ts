import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BACKBONES } from '../../lib/backbone/registry.ts'
import { weightShapes } from '../../lib/backbone/shapes.ts'
import { madeUpWeights } from '../../lib/backbone/weights/made-up.ts'
import { writeSafetensors } from '../../lib/backbone/weights/safetensors.ts'
import { importWeights } from './import.ts'
import { loadBackboneWeights, weightsFolder, weightsState } from './load.ts'

const LITE2 = BACKBONES.tf_efficientnet_lite2.build()

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-weights-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

test('the built-in weights of lite0 are whole, and small', async () => {
  const { weights, provenance } = await loadBackboneWeights('tf_efficientnet_lite0', { dataDir })
  const wanted = weightShapes(BACKBONES.tf_efficientnet_lite0.build())
  for (const [name, shape] of wanted) expect(weights.get(name).shape).toEqual(shape)
  expect(weights.names().filter((name) => name.startsWith('classifier'))).toEqual([])
  expect(provenance).toMatchObject({ backbone: 'tf_efficientnet_lite0', licence: 'Apache-2.0' })
})

test('imported weights are the ones that are loaded, to the bit', async () => {
  const file = writeMadeUp()
  expect(await weightsState('tf_efficientnet_lite2', { dataDir })).toBe('absent')
  await importWeights({ id: 'tf_efficientnet_lite2', file, folder: weightsFolder(dataDir) })
  expect(await weightsState('tf_efficientnet_lite2', { dataDir })).toBe('imported')
  const { weights } = await loadBackboneWeights('tf_efficientnet_lite2', { dataDir })
  expect(weights.get('conv_stem.weight')).toEqual(madeUpWeights(LITE2).get('conv_stem.weight'))
})

test('weights that are not there say where to get them', async () => {
  await expect(loadBackboneWeights('tf_efficientnet_lite2', { dataDir })).rejects.toMatchObject({
    code: 'weights/absent',
    advice: expect.stringContaining('timm/tf_efficientnet_lite2.in1k'),
  })
})

test('a weights file that changed is refused by its sha256', async () => {
  const builtIn = fileURLToPath(new URL('./built-in', import.meta.url))
  cpSync(builtIn, weightsFolder(dataDir), { recursive: true })
  appendFileSync(join(weightsFolder(dataDir), 'tf_efficientnet_lite0.safetensors'), 'x')
  await expect(loadBackboneWeights('tf_efficientnet_lite0', { dataDir })).rejects.toMatchObject({
    code: 'weights/damaged',
    says: expect.stringContaining('sha256'),
  })
})

test('another network’s weights are refused, and what does not fit is listed', async () => {
  const file = writeMadeUp((tensors) => {
    tensors.delete('bn1.bias')
    tensors.set('conv_stem.weight', { shape: [8, 3, 3, 3], data: new Float32Array(216) })
    tensors.set('surprise.weight', { shape: [1], data: new Float32Array(1) })
    tensors.set('classifier.bias', { shape: [1000], data: new Float32Array(1000) })
  })
  const imported = importWeights({ id: 'tf_efficientnet_lite2', file, folder: weightsFolder(dataDir) })
  await expect(imported).rejects.toMatchObject({
    code: 'weights/misfit',
    says: expect.stringMatching(
      /1 missing \(bn1\.bias\); 1 unexpected \(surprise\.weight\); 1 of another shape \(conv_stem/,
    ),
  })
  expect(await weightsState('tf_efficientnet_lite2', { dataDir })).toBe('absent')
})

test('a file that is no safetensors file, or is not there, is refused by name', async () => {
  const file = join(dataDir, 'x.safetensors')
  const imported = () => importWeights({ id: 'tf_efficientnet_lite2', file, folder: weightsFolder(dataDir) })
  await expect(imported()).rejects.toMatchObject({ code: 'weights/unreadable' })
  writeFileSync(file, 'not weights at all')
  await expect(imported()).rejects.toMatchObject({ code: 'weights/damaged' })
})

type Tensors = Map<string, { shape: readonly number[]; data: Float32Array }>

function writeMadeUp(change: (tensors: Tensors) => void = () => undefined): string {
  const weights = madeUpWeights(LITE2)
  const tensors: Tensors = new Map(weights.names().map((name) => [name, weights.get(name)]))
  change(tensors)
  const file = join(dataDir, 'given.safetensors')
  writeFileSync(file, writeSafetensors(tensors))
  return file
}

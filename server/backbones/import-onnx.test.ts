import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HEAD, withHead } from '../../lib/backbone/head.ts'
import { shapesOf } from '../../lib/backbone/shapes.ts'
import { emitOnnx } from '../../lib/onnx/emit.ts'
import { encodeModel, type OnnxModel, type OnnxNode } from '../../lib/onnx/model.ts'
import { onnxruntimeEngine } from '../engines/onnxruntime/engine.ts'
import { SELF_TEST_GRAPH } from '../engines/self-test/network.ts'
import { selfTestImage, selfTestWeights } from '../engines/self-test/self-test.ts'
import { listBackbones } from '../machine/backbones.ts'
import { demandPossible, findBackbone } from './find.ts'
import { importOnnx, type OnnxImport } from './import-onnx.ts'
import { onnxFileOf } from './imported.ts'
import { openBackbone } from './open.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-backbones-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const HALF = [0.5, 0.5, 0.5] as const

function importing(bytes: Uint8Array, more: Partial<OnnxImport> = {}) {
  const file = join(dataDir, 'given.onnx')
  writeFileSync(file, bytes)
  return importOnnx({ name: 'ours', file, dataDir, resize: 'squash', mean: HALF, std: HALF, ...more })
}

async function featuresOf(name: string, images: Float32Array): Promise<Float32Array> {
  const graph = (await findBackbone(name, { dataDir })).graph()
  const { session } = await openBackbone({ id: name, dataDir, graph, outputs: [graph.features] })
  const results = await session.run(images)
  await session.close()
  return results[graph.features]!.data
}

const selfTest = (output = 'pool') => emitOnnx(SELF_TEST_GRAPH, selfTestWeights(), { outputs: [output] })

/** What the same network gives as a graph of ours. */
async function ownFeatures(images: Float32Array): Promise<Float32Array> {
  const session = await onnxruntimeEngine({ threads: 1 }).open(SELF_TEST_GRAPH, selfTestWeights(), ['pool'])
  const { pool } = await session.run(images)
  await session.close()
  return pool!.data
}

/** Two pictures, the second one darker. */
function twoImages(): Float32Array {
  const one = selfTestImage()
  return new Float32Array([...one, ...one.map((value) => value / 2)])
}

/** A network without weights, channels first: 3 values per pixel, doubled, and their means. */
function channelsFirst(change: Partial<OnnxModel> = {}): Uint8Array {
  const node = (op: string, from: string, to: string): OnnxNode => ({
    op,
    name: to,
    inputs: op === 'Add' ? [from, from] : [from],
    outputs: [to],
  })
  return encodeModel({
    name: 'means',
    inputs: [{ name: 'pixels', dims: [1, 3, 4, 4] }],
    outputs: [{ name: 'flat', dims: [1, 3] }],
    nodes: [
      node('Add', 'pixels', 'doubled'),
      node('GlobalAveragePool', 'doubled', 'means'),
      node('Flatten', 'means', 'flat'),
    ],
    initializers: [],
    ...change,
  })
}

/** The same file with an input of 16-bit numbers: one byte, `elem_type`, tells. */
function asFloat16(bytes: Uint8Array): Uint8Array {
  const name = Buffer.from('pixels')
  const declared = Buffer.from(bytes).lastIndexOf(name) + name.length
  const changed = Uint8Array.from(bytes)
  const at = changed.indexOf(1, changed.indexOf(8, declared))
  changed[at] = 10
  return changed
}

/** With one more weight whose bytes are in `place`: a message appended to one of protobuf is joined with it. */
function withOutsideWeight(bytes: Uint8Array, place: string): Uint8Array {
  const field = (id: number, value: string | Uint8Array) => {
    const inner = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value)
    return Buffer.concat([Buffer.from([(id << 3) | 2, inner.length]), inner])
  }
  const entry = Buffer.concat([field(1, 'location'), field(2, place)])
  const weight = Buffer.concat([field(8, 'w'), field(13, entry), Buffer.from([14 << 3, 1])])
  return Buffer.concat([bytes, field(7, field(5, weight))])
}

test('an imported network gives the features that it gives as a graph, picture by picture', async () => {
  const { features, layout, preprocess, output } = await importing(selfTest())
  expect({ features, layout, output, size: preprocess.size }).toEqual({
    features: 4,
    layout: 'nhwc',
    output: 'pool',
    size: SELF_TEST_GRAPH.size,
  })
  expect(await featuresOf('ours', twoImages())).toEqual(await ownFeatures(twoImages()))
})

test('a tensor inside the network can be what is read; a map is averaged over its pixels', async () => {
  const shape = shapesOf(SELF_TEST_GRAPH).get('relu')!
  const { features } = await importing(selfTest('relu'))
  expect(features).toBe(shape.at(-1))
  const { features: inner } = await importing(channelsFirst(), { name: 'inner', output: 'doubled' })
  expect(inner).toBe(3)
  const picture = Float32Array.from({ length: 48 }, (_, i) => i % 3)
  expect([...(await featuresOf('inner', picture))]).toEqual([0, 2, 4])
})

test('a network that takes channels first gets them first', async () => {
  expect((await importing(channelsFirst())).layout).toBe('nchw')
  const picture = Float32Array.from({ length: 48 }, (_, i) => i % 3)
  expect([...(await featuresOf('ours', picture))]).toEqual([0, 2, 4])
})

test('what an input leaves open has to be said, and what it says is kept to', async () => {
  const open = channelsFirst({ inputs: [{ name: 'pixels', dims: ['n', 'c', 'h', 'w'] }] })
  const refusals: [Uint8Array, Partial<OnnxImport>, RegExp][] = [
    [open, {}, /channels/],
    [open, { layout: 'nchw' }, /size/],
    [channelsFirst(), { size: 8 }, /4 × 4 pixels, not 8 × 8/],
    [channelsFirst({ inputs: [] }), {}, /0 inputs/],
    [channelsFirst({ inputs: [{ name: 'pixels', dims: [1, 3] }] }), {}, /2 dimensions/],
    [
      channelsFirst({ inputs: ['pixels', 'more'].map((name) => ({ name, dims: [1, 3, 4, 4] })) }),
      {},
      /2 inputs.*pixels.*more/,
    ],
    [asFloat16(channelsFirst()), {}, /float16/],
    [channelsFirst({ inputs: [{ name: 'pixels', dims: [1, 3, 'h', 'w'] }] }), {}, /size/],
    [channelsFirst({ inputs: [{ name: 'pixels', dims: [1, 3, 4, 6] }] }), {}, /4 × 6 pixels, not 4 × 4/],
    [channelsFirst(), { layout: 'nhwc' }, /4 channels/],
  ]
  for (const [bytes, more, says] of refusals) {
    await expect(importing(bytes, more)).rejects.toMatchObject({
      code: 'backbones/bad-input',
      says: expect.stringMatching(says),
    })
  }
  expect((await importing(open, { layout: 'nchw', size: 6 })).features).toBe(3)
})

test('a tensor that is not there is refused with the nearest one', async () => {
  await expect(importing(channelsFirst(), { output: 'mean' })).rejects.toMatchObject({
    code: 'backbones/bad-output',
    advice: expect.stringContaining('Did you mean means?'),
  })
})

test('what can be no features is refused: a constant, a list of tokens, numbers that are no float32, nothing finite', async () => {
  const made = (nodes: OnnxNode[], output: string, initializers: OnnxModel['initializers'] = []) =>
    channelsFirst({ nodes, initializers, outputs: [{ name: output, dims: [] }] })
  const zero = { name: 'zero', dims: [1], data: new Float32Array([0]) }
  const means: OnnxNode = { op: 'GlobalAveragePool', name: 'm', inputs: ['pixels'], outputs: ['means'] }
  const refusals: [Uint8Array, RegExp, output?: string][] = [
    [
      made([{ op: 'Mul', name: 'x', inputs: ['pixels', 'zero'], outputs: ['none'] }], 'none', [zero]),
      /the same/,
    ],
    [
      made([means, { op: 'Shape', name: 's', inputs: ['pixels'], outputs: ['shape'] }], 'means'),
      /int64/,
      'shape',
    ],
    [
      made([means, { op: 'Squeeze', name: 'q', inputs: ['means', 'last'], outputs: ['tokens'] }], 'tokens', [
        { name: 'last', dims: [1], data: new BigInt64Array([3n]) },
      ]),
      /\[1, 3, 1\], neither a vector nor a map/,
    ],
    [
      made([means, { op: 'Div', name: 'd', inputs: ['means', 'zero'], outputs: ['endless'] }], 'endless', [
        zero,
      ]),
      /not finite/,
    ],
  ]
  for (const [bytes, says, output] of refusals) {
    await expect(importing(bytes, { output })).rejects.toMatchObject({
      code: 'backbones/bad-output',
      says: expect.stringMatching(says),
    })
  }
})

test('weights that lie in another file are asked for inside', async () => {
  await expect(importing(withOutsideWeight(channelsFirst(), 'weights.bin'))).rejects.toMatchObject({
    code: 'backbones/external-data',
    says: expect.stringContaining('weights.bin'),
  })
})

test('an output with the name of our head is no trouble: a head is trained behind it', async () => {
  const bytes = channelsFirst({
    nodes: [
      { op: 'GlobalAveragePool', name: 'm', inputs: ['pixels'], outputs: ['means'] },
      { op: 'Flatten', name: 'f', inputs: ['means'], outputs: ['classifier'] },
    ],
    outputs: [{ name: 'classifier', dims: [1, 3] }],
  })
  await importing(bytes)
  const graph = withHead((await findBackbone('ours', { dataDir })).graph(), 2)
  expect(new Set(graph.nodes.map(({ id }) => id)).size).toBe(graph.nodes.length)
  expect(shapesOf(graph).get(HEAD)).toEqual([2])
  expect(await featuresOf('ours', new Float32Array(48).fill(1))).toHaveLength(3)
})

test('preprocessing is what was said', async () => {
  const said = { resize: 'crop', cropFraction: 0.9, interpolation: 'bilinear', std: [1, 2, 4] } as const
  const { preprocess } = await importing(channelsFirst(), said)
  expect(preprocess).toEqual({ size: 4, mean: HALF, ...said })
})

test('files that are no ONNX, or no network that runs, are refused, and nothing is left', async () => {
  await expect(importing(Buffer.from('nothing'))).rejects.toMatchObject({ code: 'backbones/bad-onnx' })
  const whole = selfTest()
  await expect(importing(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({
    code: 'backbones/bad-onnx',
  })
  const nonsense = channelsFirst({
    nodes: [{ op: 'Nonsense', name: 'x', inputs: ['pixels'], outputs: ['flat'] }],
  })
  await expect(importing(nonsense)).rejects.toMatchObject({ code: 'engines/refused' })
  await expect(findBackbone('ours', { dataDir })).rejects.toMatchObject({ code: 'backbones/unknown' })
})

test('names of backbones and names that are no file names are refused', async () => {
  for (const name of ['resnet50', '../x', '', '.x'])
    await expect(importing(selfTest(), { name })).rejects.toMatchObject({ code: 'backbones/bad-name' })
})

test('a file that changed on disk is refused; read otherwise, it has another hash', async () => {
  const { hash } = await importing(channelsFirst())
  expect((await importing(channelsFirst(), { output: 'means' })).hash).not.toBe(hash)
  appendFileSync(onnxFileOf(dataDir, 'ours'), 'x')
  await expect(featuresOf('ours', new Float32Array(48))).rejects.toMatchObject({ code: 'backbones/damaged' })
})

test('it is listed and found by name, and only what is possible with it is allowed', async () => {
  await importing(selfTest())
  expect((await listBackbones(dataDir)).at(-1)).toMatchObject({ id: 'ours', frozenOnly: true, groups: [] })
  await expect(findBackbone('our', { dataDir })).rejects.toMatchObject({
    advice: expect.stringContaining('Did you mean ours?'),
  })
  const found = await findBackbone('ours', { dataDir })
  expect(() => demandPossible(found, { strategy: 'feature-extraction', looks: 'whole' })).not.toThrow()
  expect(() => demandPossible(found, { strategy: 'full-fine-tuning', looks: 'whole' })).toThrow(/fine-tuned/)
  expect(() => demandPossible(found, { strategy: 'feature-extraction', looks: 'whole+second' })).toThrow(
    /feature map/,
  )
})

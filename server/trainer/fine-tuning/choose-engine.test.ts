import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { portableKernels } from '../../../lib/fine-tuning/portable/kernels.ts'
import type { Measured, MeasuredFile } from '../../engines/check/measured.ts'
import type { TrainingEngine } from '../../engines/training-engine.ts'
import { wasmTrainingEngine } from '../../engines/wasm/training-engine.ts'
import { chooseTrainingEngine } from './choose-engine.ts'

/** The real wasm engine under another name: right, and as if it were there. */
function engine(
  id: TrainingEngine['id'],
  probe: Awaited<ReturnType<TrainingEngine['probe']>>,
): TrainingEngine {
  return { id, probe: async () => probe, open: async () => ({ ...(await wasmTrainingEngine().open()), id }) }
}
const there = { available: true, version: '1' } as const
const absent = { available: false, why: 'it is not set up' } as const

test('TensorFlow trains, then a real GPU by WebGPU, then WebAssembly', async () => {
  const [tensorflow, webgpu, wasm] = (['tensorflow', 'webgpu', 'wasm'] as const).map((id) =>
    engine(id, there),
  )
  expect(await chosen([tensorflow!, webgpu!, wasm!])).toBe('tensorflow')
  expect(await chosen([engine('tensorflow', absent), webgpu!, wasm!])).toBe('webgpu')
  const software = engine('webgpu', { ...there, software: true })
  expect(await chosen([engine('tensorflow', absent), software, wasm!])).toBe('wasm')
})

test('what was measured to be faster goes first', async () => {
  const both = [engine('tensorflow', there), engine('webgpu', there)]
  expect(await chosen(both, { tensorflow: 20, webgpu: 90 })).toBe('webgpu')
  expect(await chosen(both, { tensorflow: 20, webgpu: 9 })).toBe('tensorflow')
})

test('an engine that fails its self-test is not used, and that is said', async () => {
  const wrong: TrainingEngine = {
    ...engine('tensorflow', there),
    async open() {
      const device = await wasmTrainingEngine().open()
      const kernels = portableKernels(tf)
      return {
        ...device,
        kernels: { ...kernels, reluGradient: kernels.relu6Gradient, relu6Gradient: (_y, dy) => tf.clone(dy) },
      }
    },
  }
  const { device, says } = await choose([wrong, wasmTrainingEngine()])
  expect(device.id).toBe('wasm')
  expect(says).toMatch(/gradient.*WebAssembly trains instead/)
})

test('the environment may name one: a software GPU too, but none that is not there', async () => {
  const engines = [engine('tensorflow', there), engine('webgpu', { ...there, software: true })]
  expect((await chooseTrainingEngine({ wanted: 'webgpu', engines, file: fileOf({}) })).device.id).toBe(
    'webgpu',
  )
  await expect(chooseTrainingEngine({ wanted: 'tpu', engines, file: fileOf({}) })).rejects.toMatchObject({
    code: 'engines/bad-setting',
  })
  const none = [engine('tensorflow', absent), wasmTrainingEngine()]
  await expect(
    chooseTrainingEngine({ wanted: 'tensorflow', engines: none, file: fileOf({}) }),
  ).rejects.toMatchObject({
    code: 'engines/absent',
    says: expect.stringContaining('not set up'),
  })
})

async function chosen(
  engines: readonly TrainingEngine[],
  speeds: Record<string, number> = {},
): Promise<string> {
  return (await choose(engines, speeds)).device.id
}

function choose(engines: readonly TrainingEngine[], speeds: Record<string, number> = {}) {
  return chooseTrainingEngine({ wanted: '', engines, file: fileOf(speeds) })
}

function fileOf(speeds: Record<string, number>): MeasuredFile {
  const of = async (id: string): Promise<Measured | undefined> =>
    speeds[id] === undefined ? undefined : { training: speeds[id], at: '2026-01-01T00:00:00Z' }
  return { find: of, latest: of, keep: async () => undefined }
}

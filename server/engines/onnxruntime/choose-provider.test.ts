import { expect, test } from 'vitest'
import type { Engine } from '../../../lib/api/engines.ts'
import { measuredFile } from '../check/measured.ts'
import { fastestProvider } from './choose-provider.ts'
import { providerFor } from './provider-for.ts'
import { PROVIDER_SETTING, providerInUse } from './providers.ts'

test('the fastest provider that passed is chosen, by measured images/s', () => {
  const engines = [
    passed('onnxruntime', 200),
    passed('onnxruntime-webgpu', 900),
    passed('onnxruntime-cuda', 1500),
  ]
  expect(fastestProvider(engines)).toBe('cuda')
  expect(fastestProvider(engines.slice(0, 2))).toBe('webgpu')
})

test('a GPU that failed, that is one in software, that was not measured, or that is slower is not chosen', () => {
  const cpu = passed('onnxruntime', 200)
  const cuda = passed('onnxruntime-cuda', 1500)
  expect(fastestProvider([cpu, { ...cuda, selfTest: 'failed' }])).toBe('cpu')
  expect(fastestProvider([cpu, { ...cuda, software: true }])).toBe('cpu')
  expect(fastestProvider([cpu, { ...cuda, measured: undefined }])).toBe('cpu')
  expect(fastestProvider([cpu, passed('onnxruntime-cuda', 100)])).toBe('cpu')
})

test('on processors nothing is checked; on a GPU providers without figures are measured; the environment has the last word', async () => {
  const asked: string[] = []
  const settings = {
    file: measuredFile('/nowhere'),
    check: async (id: string, { measure }: { measure?: boolean } = {}) => {
      asked.push(`${id}${measure ? ', measured' : ''}`)
      return { status: 'absent' as const, why: 'no driver' }
    },
  }
  expect(await providerFor([{ kind: 'cpu' }], settings, {})).toBe('cpu')
  expect(await providerFor([{ kind: 'cuda' }], settings, { [PROVIDER_SETTING]: 'webgpu' })).toBe('webgpu')
  expect(asked).toEqual([])
  expect(await providerFor([{ kind: 'cuda' }], settings, {})).toBe('cpu')
  expect(asked).toHaveLength(4)
  expect(asked[2]).toBe('onnxruntime-cuda, measured')
})

test('an unknown name in the environment is refused, with those that there are', () => {
  expect(providerInUse('cuda')).toBe('cuda')
  expect(providerInUse('')).toBe('cpu')
  expect(() => providerInUse('gpu')).toThrow(
    expect.objectContaining({ code: 'engines/bad-setting', advice: expect.stringContaining('tensorrt') }),
  )
})

function passed(id: string, forward: number): Engine {
  return {
    id,
    selfTest: 'passed',
    usedFor: '',
    version: '1',
    measured: { forward, at: '2026-01-01T00:00:00Z' },
  }
}

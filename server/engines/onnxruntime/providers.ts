import type { OnnxPrecision } from '../../../lib/onnx/emit.ts'
import { Problem } from '../../../lib/problem.ts'

/** What onnxruntime computes with: its execution providers, the fastest sort of hardware last. */
export const PROVIDERS = ['cpu', 'webgpu', 'cuda', 'tensorrt'] as const
export type Provider = (typeof PROVIDERS)[number]

/** What a network computes in; halves only where a check has found them close enough. */
export const PRECISION_SETTING = 'WHIPPET_ONNX_PRECISION'

export function precisionInUse(setting = process.env[PRECISION_SETTING]): OnnxPrecision {
  return setting === 'float16' ? 'float16' : 'float32'
}

/** Names the provider of a process and of those below it. */
export const PROVIDER_SETTING = 'WHIPPET_ONNX_PROVIDER'

/**
 * The provider that this process uses: what was chosen for it or what someone asked for, else the processor.
 *
 * @throws Problem `engines/bad-setting` where there is no provider of that name.
 */
export function providerInUse(setting = process.env[PROVIDER_SETTING]): Provider {
  if (!setting) return 'cpu'
  const found = PROVIDERS.find((provider) => provider === setting)
  if (found) return found
  throw new Problem('engines/bad-setting', {
    says: `${PROVIDER_SETTING} is "${setting}", which onnxruntime does not have.`,
    advice: `Set it to one of ${PROVIDERS.join(', ')}, or leave it out: then the fastest is used.`,
  })
}

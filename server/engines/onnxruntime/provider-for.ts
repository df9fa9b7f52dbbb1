import type { Device } from '../../devices/device.ts'
import { type ReportSettings, reportEngines } from '../check/report.ts'
import { fastestProvider } from './choose-provider.ts'
import { PROVIDER_SETTING, type Provider, providerInUse } from './providers.ts'

/**
 * What onnxruntime computes with on these devices: what the environment names, else on a GPU the fastest provider, which
 * is measured where nobody has yet. Processors need no check.
 */
export async function providerFor(
  devices: readonly Pick<Device, 'kind'>[],
  settings: Pick<ReportSettings, 'check' | 'file' | 'signal'> = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Provider> {
  if (env[PROVIDER_SETTING]) return providerInUse(env[PROVIDER_SETTING])
  if (!devices.some(({ kind }) => kind === 'cuda')) return 'cpu'
  const ids = ['onnxruntime', 'onnxruntime-webgpu', 'onnxruntime-cuda', 'onnxruntime-tensorrt'] as const
  return fastestProvider(await reportEngines({ ...settings, ids, measure: 'missing' }))
}

import type { Engine } from '../../../lib/api/engines.ts'
import { PROVIDERS, type Provider } from './providers.ts'

/**
 * The fastest provider of those that passed their self-test on real hardware. The processor, unless a GPU was measured
 * to be faster: nothing is believed of a GPU.
 */
export function fastestProvider(engines: readonly Engine[]): Provider {
  let [fastest, most]: [Provider, number] = ['cpu', speedOf(engines, 'cpu')]
  for (const provider of PROVIDERS) {
    const speed = speedOf(engines, provider)
    if (speed > most) [fastest, most] = [provider, speed]
  }
  return fastest
}

function speedOf(engines: readonly Engine[], provider: Provider): number {
  const id = provider === 'cpu' ? 'onnxruntime' : `onnxruntime-${provider}`
  const engine = engines.find((one) => one.id === id)
  if (engine?.selfTest !== 'passed' || engine.software) return 0
  return engine.measured?.forward ?? 0
}

import { precisionFor } from '../engines/onnxruntime/halves.ts'
import { providerFor } from '../engines/onnxruntime/provider-for.ts'
import { PRECISION_SETTING, PROVIDER_SETTING } from '../engines/onnxruntime/providers.ts'
import { loadBackboneWeights } from '../weights/load.ts'
import type { PreparedBackbone } from './backbone.ts'
import type { Job } from './job.ts'

/**
 * Chooses what onnxruntime computes a run's frozen part with: the fastest provider of the run's devices, in halves where
 * that is a GPU and this backbone's features stay close. The choice goes into the environment: extractors inherit it, like
 * the devices that they see.
 */
export async function chooseComputing(
  { devices, settings, dataDir }: Pick<Job, 'devices' | 'settings' | 'dataDir'>,
  { graph }: Pick<PreparedBackbone, 'graph'>,
  signal: AbortSignal,
): Promise<void> {
  const provider = await providerFor(devices, { signal })
  process.env[PROVIDER_SETTING] = provider
  // An imported network, which is one node to us, runs as it is.
  if (provider === 'cpu' || graph.nodes.length < 2) return
  const { weights } = await loadBackboneWeights(settings.backbone, { dataDir })
  process.env[PRECISION_SETTING] = await precisionFor({ graph, weights, outputs: [graph.features], provider })
}

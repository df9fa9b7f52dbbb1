import type { BackboneGraph, TensorId } from '../../lib/backbone/graph.ts'
import type { Looks } from '../../lib/classify/look.ts'
import { EMITTER_VERSION } from '../../lib/onnx/emit.ts'
import { AUGMENT_VERSION } from '../../lib/preprocess/augment/augment.ts'
import { PREPROCESS_VERSION } from '../../lib/preprocess/preprocess.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../lib/problem.ts'
import { DECODER_VERSION } from '../datasets/decoder/decode.ts'
import { onnxruntimeEngine } from '../engines/onnxruntime/engine.ts'
import { type FeatureKey, hashOf } from './cache/key.ts'
import type { View } from './extractor/messages.ts'

export type Keyed = {
  readonly graph: BackboneGraph
  readonly weightsHash: string
  readonly cut: readonly TensorId[]
  readonly preprocessing: Preprocessing
  readonly looks: Looks
  readonly random?: View['random'] | undefined
  readonly precision: FeatureKey['precision']
}

/**
 * The key under which features lie. Pixels alone depend on no network.
 *
 * @throws Problem `engines/absent` when onnxruntime can't be used here.
 */
export async function featureKey(keyed: Keyed): Promise<FeatureKey> {
  const { graph, weightsHash, cut, preprocessing, looks, random, precision } = keyed
  const pixels = cut.length === 1 && cut[0] === 'image'
  return {
    weights: pixels ? '' : weightsHash,
    graph: pixels ? '' : hashOf(graph.nodes),
    cut: cut.join(','),
    preprocessing,
    looks,
    preprocess: PREPROCESS_VERSION,
    decoder: DECODER_VERSION,
    view: random ? { ...random, augment: AUGMENT_VERSION } : 0,
    engine: pixels ? '' : await engineName(),
    precision,
    emitter: pixels ? 0 : EMITTER_VERSION,
  }
}

async function engineName(): Promise<string> {
  const engine = onnxruntimeEngine({ threads: 1 })
  const probe = await engine.probe()
  if (probe.available) return `${engine.id} ${probe.version}`
  throw new Problem('engines/absent', {
    says: `Features can't be extracted here: ${engine.id} is not usable, ${probe.why}.`,
    advice: 'Run "whippet doctor".',
  })
}

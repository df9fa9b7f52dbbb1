import type { BackboneGraph, TensorId } from '../../lib/backbone/graph.ts'
import { overlaid } from '../../lib/fine-tuning/overlaid.ts'
import type { InferenceSession } from '../engines/inference-engine.ts'
import { onnxruntimeEngine } from '../engines/onnxruntime/engine.ts'
import { hashWithTuned, readTuned } from '../trainer/tuned-weights.ts'
import { loadBackboneWeights } from '../weights/load.ts'
import { hashOfImported, readImported, readOnnx } from './imported.ts'
import { openOnnx } from './onnx-session.ts'

export type Wanted = {
  readonly id: string
  readonly dataDir: string
  readonly graph: BackboneGraph
  readonly outputs: readonly TensorId[]
  /** File of tensors that take the place of the pretrained ones. */
  readonly tuned?: string | undefined
  /** One by default. */
  readonly threads?: number
}

/** A session, and the hash of the weights that it runs on. */
export type OpenedBackbone = { readonly session: InferenceSession; readonly hash: string }

/**
 * A backbone up to `outputs` under onnxruntime: of the registry by its graph, an imported one as it is.
 *
 * @throws Problem `weights/…`, `backbones/damaged`, `engines/refused`.
 */
export async function openBackbone({
  id,
  dataDir,
  graph,
  outputs,
  tuned: file,
  threads = 1,
}: Wanted): Promise<OpenedBackbone> {
  const imported = await readImported(dataDir, id)
  if (imported) {
    const session = await openOnnx(await readOnnx(dataDir, imported), {
      ...imported,
      size: imported.preprocess.size,
    })
    return { session, hash: hashOfImported(imported) }
  }
  const { weights, hash } = await loadBackboneWeights(id, { dataDir })
  const tuned = file === undefined ? undefined : await readTuned(file)
  const own = tuned ? overlaid(weights, tuned.tensors) : weights
  const session = await onnxruntimeEngine({ threads }).open(graph, own, outputs)
  return { session, hash: hashWithTuned(hash, tuned) }
}

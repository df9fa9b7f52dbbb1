import type { WeightTensor } from '../../../lib/backbone/graph.ts'
import { HEAD, type Head, headFromTensors } from '../../../lib/backbone/head.ts'
import { weightStore } from '../../../lib/backbone/weights/store.ts'
import type { FineTuningState } from '../../../lib/fine-tuning/state.ts'

/** What makes a run's model, beside the pretrained weights. */
export type TunedModel = {
  readonly head: Head
  /** The backbone's tensors that are no longer the pretrained ones. */
  readonly tuned: ReadonlyMap<string, WeightTensor>
}

/** The head and the rest, out of all tensors that are not the pretrained ones. @throws Problem `weights/missing`. */
export function modelOf(changed: ReadonlyMap<string, WeightTensor>): TunedModel {
  const isOfHead = (name: string) => name.startsWith(`${HEAD}.`)
  return {
    head: headFromTensors(weightStore(changed)),
    tuned: new Map([...changed].filter(([name]) => !isOfHead(name))),
  }
}

/** The best that a checkpoint has, or the last where nothing was judged. */
export function bestOf({ bestWeights, weights }: FineTuningState): ReadonlyMap<string, WeightTensor> {
  return bestWeights ?? weights
}

import { z } from 'zod'
import type { WeightTensor } from '../backbone/graph.ts'
import { parseSafetensors, safetensorsMetadata, writeSafetensors } from '../backbone/weights/safetensors.ts'
import { Problem } from '../problem.ts'
import type { SavedSlots } from './optimizers/optimizer.ts'

export const FINE_TUNING_STATE_VERSION = 2

const whole = z.number().int().nonnegative()
const judgedSchema = z.object({
  phase: whole,
  /** How many epochs of the phase were done; 0: as it began. */
  epoch: whole,
  validationLoss: z.number(),
  validationTop1: z.number(),
})
export const positionSchema = z.object({
  version: z.literal(FINE_TUNING_STATE_VERSION),
  /** What comes next: phase, epoch of it, batch of that, and how many steps of the phase are done. */
  phase: whole,
  epoch: whole,
  batch: whole,
  step: whole,
  plateau: z.object({ scale: z.number(), best: z.number().nullable(), waited: whole }),
  /** Epochs of this phase without a smaller validation loss, and the smallest one. */
  patience: z.object({ best: z.number().nullable(), waited: whole }),
  /** Sums over what was seen of an epoch that is not over. */
  running: z.object({ loss: z.number(), seen: whole, right: z.number() }),
  best: judgedSchema.nullable(),
})

/** Where training stands. Everything random is a function of it and the seed. */
export type Position = z.infer<typeof positionSchema>
/** How the network was judged on validation. */
export type Judged = z.infer<typeof judgedSchema>

/** All that training needs to go on as if it had never stopped. */
export type FineTuningState = {
  readonly position: Position
  /** Weights that any phase changed so far, moving statistics among them, in PyTorch's order. */
  readonly weights: ReadonlyMap<string, WeightTensor>
  readonly slots: SavedSlots
  /** The same of the epoch with the least validation loss. */
  readonly bestWeights?: ReadonlyMap<string, WeightTensor> | undefined
}

export const START: Position = {
  version: FINE_TUNING_STATE_VERSION,
  phase: 0,
  epoch: 0,
  batch: 0,
  step: 0,
  plateau: { scale: 1, best: null, waited: 0 },
  patience: { best: null, waited: 0 },
  running: { loss: 0, seen: 0, right: 0 },
  best: null,
}

/** The position at the beginning of a later phase. */
export function atPhase(position: Position, phase: number): Position {
  return { ...START, best: position.best, phase }
}

const KEY = 'whippet.fine-tuning'

/** A checkpoint as one safetensors file: `weights/NAME`, `best/NAME`, `slots/SLOT/NAME`, and the position as metadata. */
export function packState({ position, weights, slots, bestWeights }: FineTuningState): Uint8Array {
  const tensors = new Map<string, WeightTensor>()
  for (const [name, tensor] of weights) tensors.set(`weights/${name}`, tensor)
  for (const [name, tensor] of bestWeights ?? []) tensors.set(`best/${name}`, tensor)
  for (const [name, kept] of Object.entries(slots)) {
    for (const [slot, tensor] of Object.entries(kept)) tensors.set(`slots/${slot}/${name}`, tensor)
  }
  return writeSafetensors(tensors, { metadata: { [KEY]: JSON.stringify(position) } })
}

/** @throws Problem `training/checkpoint-damaged` when the bytes are no checkpoint of this version. */
export function unpackState(bytes: Uint8Array): FineTuningState {
  try {
    const position = positionSchema.parse(JSON.parse(safetensorsMetadata(bytes)[KEY] ?? 'null'))
    const store = parseSafetensors(bytes)
    const weights = new Map<string, WeightTensor>()
    const best = new Map<string, WeightTensor>()
    const slots: Record<string, Record<string, WeightTensor>> = {}
    for (const path of store.names()) {
      const [kind = '', ...rest] = path.split('/')
      const tensor = store.get(path)
      if (kind === 'weights') weights.set(rest.join('/'), tensor)
      else if (kind === 'best') best.set(rest.join('/'), tensor)
      else if (kind === 'slots') {
        const [slot = '', ...name] = rest
        slots[name.join('/')] = { ...slots[name.join('/')], [slot]: tensor }
      }
    }
    return { position, weights, slots, bestWeights: position.best ? best : undefined }
  } catch (cause) {
    throw new Problem('training/checkpoint-damaged', {
      says: 'The checkpoint is damaged, or another version of Whippet wrote it.',
      advice: 'Start the run again.',
      cause,
    })
  }
}

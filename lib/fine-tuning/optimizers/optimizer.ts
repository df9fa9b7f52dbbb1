import type { WeightTensor } from '../../backbone/graph.ts'
import type { Tensor, Tf } from '../kernels.ts'
import { adadelta, adagrad, adam, rmsprop } from './adaptive.ts'
import { ftrl } from './ftrl.ts'
import { momentum, sgd } from './momentum.ts'
import type { OptimizerRule } from './rule.ts'
import type { OptimizerSettings } from './settings.ts'

/** What an optimizer remembers, by weight and slot, as it lies on the engine (tfjs's order of axes). */
export type SavedSlots = Readonly<Record<string, Readonly<Record<string, WeightTensor>>>>

export type Step = {
  readonly name: string
  readonly weight: Tensor
  readonly gradient: Tensor
  readonly rate: number
  /** Steps of this phase, this one included. */
  readonly step: number
  /** Share that the weight loses beside the step. */
  readonly shrink: number
}

/** Moves weights, and remembers what its rule needs of each. */
export class Optimizer {
  private readonly tf: Tf
  private readonly rule: OptimizerRule
  private readonly slots = new Map<string, Readonly<Record<string, Tensor>>>()
  private readonly restored: SavedSlots

  constructor(tf: Tf, settings: OptimizerSettings, restored: SavedSlots = {}) {
    this.tf = tf
    this.rule = ruleOf(tf, settings)
    this.restored = restored
  }

  /** @returns the weight after the step; the one before stays the caller's, the gradient is read only. */
  move({ name, weight, gradient, rate, step, shrink }: Step): Tensor {
    const { tf } = this
    const before = this.slots.get(name) ?? this.begin(name, weight, rate)
    const after = tf.tidy(() => {
      const shrunk = shrink === 0 ? weight : tf.mul(weight, 1 - shrink)
      const { weight: moved, slots } = this.rule.update({
        weight: shrunk,
        gradient,
        slots: before,
        rate,
        step,
      })
      return { moved, slots: { ...slots } }
    })
    this.slots.set(name, after.slots)
    tf.dispose(Object.values(before))
    return after.moved
  }

  /** What it remembers now; of weights that have not moved since it was restored, what was saved then. */
  async save(): Promise<SavedSlots> {
    const saved: Record<string, Readonly<Record<string, WeightTensor>>> = { ...this.restored }
    for (const [name, slots] of this.slots) {
      const values: Record<string, WeightTensor> = {}
      for (const [slot, tensor] of Object.entries(slots))
        values[slot] = { shape: tensor.shape, data: Float32Array.from(await tensor.data()) }
      saved[name] = values
    }
    return saved
  }

  dispose(): void {
    for (const slots of this.slots.values()) this.tf.dispose(Object.values(slots))
    this.slots.clear()
  }

  private begin(name: string, weight: Tensor, rate: number): Readonly<Record<string, Tensor>> {
    const { tf } = this
    const saved = this.restored[name]
    if (!saved) return tf.tidy(() => ({ ...this.rule.begin(weight, rate) }))
    return Object.fromEntries(
      Object.entries(saved).map(([slot, { shape, data }]) => [slot, tf.tensor(data, [...shape], 'float32')]),
    )
  }
}

function ruleOf(tf: Tf, settings: OptimizerSettings): OptimizerRule {
  switch (settings.kind) {
    case 'sgd':
      return sgd(tf, settings)
    case 'momentum':
      return momentum(tf, settings)
    case 'nesterov':
      return momentum(tf, { ...settings, nesterov: true })
    case 'adam':
    case 'adamw':
      return adam(tf, settings)
    case 'adagrad':
      return adagrad(tf, settings)
    case 'adadelta':
      return adadelta(tf, settings)
    case 'rmsprop':
      return rmsprop(tf, settings)
    case 'ftrl':
      return ftrl(tf, settings)
  }
}

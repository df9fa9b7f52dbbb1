import type { Tensor, Tf } from '../kernels.ts'

/**
 * Counts who still needs a tensor, and frees it when nobody does: memory falls as the backward pass goes, whatever shape
 * the graph has.
 */
export class Held {
  private readonly counts = new Map<Tensor, number>()
  private readonly tf: Tf

  constructor(tf: Tf) {
    this.tf = tf
  }

  hold(tensor: Tensor, times = 1): void {
    this.counts.set(tensor, (this.counts.get(tensor) ?? 0) + times)
  }

  release(tensor: Tensor): void {
    const left = (this.counts.get(tensor) ?? 1) - 1
    if (left > 0) this.counts.set(tensor, left)
    else {
      this.counts.delete(tensor)
      tensor.dispose()
    }
  }

  /** Frees whatever is held: after an error in the middle of a step. */
  releaseAll(): void {
    this.tf.dispose([...this.counts.keys()].filter(({ isDisposed }) => !isDisposed))
    this.counts.clear()
  }
}

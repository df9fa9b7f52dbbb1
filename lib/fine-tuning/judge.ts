import { ranksOfTruth, topK } from '../evaluation/judged.ts'
import { logLossAt } from '../evaluation/temperature.ts'
import { forwardPass } from './network/pass.ts'
import type { NetworkOnDevice } from './network-on-device.ts'
import type { ExampleSource } from './source.ts'

/** The network's logits for every picture of a source, `[n, classes]`: no dropout, batch norm by moving statistics. */
export async function logitsOfSource(
  network: NetworkOnDevice,
  source: ExampleSource,
  batchSize: number,
  shouldStop: () => Promise<boolean>,
): Promise<Float32Array | undefined> {
  const { device, forwardOnly, weights } = network
  const count = source.labels.length
  const parts: Float32Array[] = []
  for (let from = 0; from < count; from += batchSize) {
    if (await shouldStop()) return undefined
    const rows = Int32Array.from({ length: Math.min(batchSize, count - from) }, (_, i) => from + i)
    const boundary = network.boundaryOf(source, await source.read(rows, 0))
    const pass = forwardPass(device, forwardOnly, boundary, {
      weights: weights.tensors,
      trainable: new Set(),
      byBatch: new Set(),
    })
    parts.push(Float32Array.from(await pass.output.data()))
    pass.dispose()
  }
  const logits = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    logits.set(part, at)
    at += part.length
  }
  return logits
}

/** Log loss and share of right answers. */
export function judged(logits: Float32Array, labels: Int32Array): { loss: number; top1: number } {
  const answers = { logits, labels, classes: logits.length / labels.length }
  return { loss: logLossAt(answers, 1).loss, top1: topK(ranksOfTruth(answers), 1) }
}

import { ranksOfTruth, topK } from '../evaluation/judged.ts'
import { logLossAt } from '../evaluation/temperature.ts'
import { forwardPass } from './network/pass.ts'
import type { NetworkOnDevice } from './network-on-device.ts'
import { shareOfBatch } from './parallel/batch-share.ts'
import { ALONE, type DeviceGroup } from './parallel/device-group.ts'
import type { ExampleSource } from './source.ts'

/**
 * The network's logits for every picture of a source, `[n, classes]`: no dropout, batch norm by moving statistics. A device
 * of a group gives those of its share of each batch, one after the other.
 */
export async function logitsOfSource(
  network: NetworkOnDevice,
  source: ExampleSource,
  batchSize: number,
  shouldStop: () => Promise<boolean>,
  group: DeviceGroup = ALONE,
): Promise<{ logits: Float32Array; labels: Int32Array } | undefined> {
  const { device, forwardOnly, weights } = network
  const count = source.labels.length
  const parts: Float32Array[] = []
  const labels: number[] = []
  for (let from = 0; from < count; from += batchSize) {
    if (await shouldStop()) return undefined
    const batch = Int32Array.from({ length: Math.min(batchSize, count - from) }, (_, i) => from + i)
    const { reads: rows } = shareOfBatch(batch, group)
    if (rows.length === 0) continue
    const boundary = network.boundaryOf(source, await source.read(rows, 0))
    const pass = forwardPass(device, forwardOnly, boundary, {
      weights: weights.tensors,
      trainable: new Set(),
      byBatch: new Set(),
    })
    for (const row of rows) labels.push(source.labels[row]!)
    parts.push(Float32Array.from(await pass.output.data()))
    pass.dispose()
  }
  const logits = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    logits.set(part, at)
    at += part.length
  }
  return { logits, labels: Int32Array.from(labels) }
}

/** Log loss and share of right answers over all pictures of a source; undefined at a stop. */
export async function judgeSource(
  ...[network, source, batchSize, shouldStop, group = ALONE]: Parameters<typeof logitsOfSource>
): Promise<{ loss: number; top1: number } | undefined> {
  const found = await logitsOfSource(network, source, batchSize, shouldStop, group)
  if (!found) return undefined
  const { logits, labels } = found
  if (group.size === 1) return judged(logits, labels)
  const count = labels.length
  const { loss, top1 } = count > 0 ? judged(logits, labels) : { loss: 0, top1: 0 }
  const sums = Float64Array.of(loss * count, top1 * count)
  await group.sum(sums)
  return { loss: sums[0]! / source.labels.length, top1: sums[1]! / source.labels.length }
}

/** Log loss and share of right answers. */
export function judged(logits: Float32Array, labels: Int32Array): { loss: number; top1: number } {
  const answers = { logits, labels, classes: logits.length / labels.length }
  return { loss: logLossAt(answers, 1).loss, top1: topK(ranksOfTruth(answers), 1) }
}

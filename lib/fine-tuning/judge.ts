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

/**
 * Log loss, at the temperature that suits it best, and share of right answers over all pictures of a source; undefined at a
 * stop. A solved head is judged so too: what is trained further must not win for its confidence alone, which calibration
 * sets right in the end.
 */
export async function judgeSource(
  ...[network, source, batchSize, shouldStop, group = ALONE]: Parameters<typeof logitsOfSource>
): Promise<{ loss: number; top1: number } | undefined> {
  const found = await logitsOfSource(network, source, batchSize, shouldStop, group)
  if (!found) return undefined
  const { logits, labels } = found
  const sums = sumsOf(logits, labels)
  if (group.size > 1) await group.sum(sums)
  return fromSums(sums, source.labels.length)
}

/** As {@link judgeSource}. */
export function judged(logits: Float32Array, labels: Int32Array): { loss: number; top1: number } {
  return fromSums(sumsOf(logits, labels), labels.length)
}

/** What logits are multiplied by: powers of the root of 2, from 1/8 to 8. */
const SHARPNESS = Float64Array.from({ length: 13 }, (_, i) => 2 ** ((i - 6) / 2))

/** Sums over pictures, which devices can add up: log loss at each sharpness, and right answers. */
function sumsOf(logits: Float32Array, labels: Int32Array): Float64Array {
  const sums = new Float64Array(SHARPNESS.length + 1)
  if (labels.length === 0) return sums
  const answers = { logits, labels, classes: logits.length / labels.length }
  for (const [i, sharpness] of SHARPNESS.entries())
    sums[i] = logLossAt(answers, sharpness).loss * labels.length
  sums[SHARPNESS.length] = topK(ranksOfTruth(answers), 1) * labels.length
  return sums
}

/** The least loss: the lowest point of the parabola through the lowest one and its neighbours. */
function fromSums(sums: Float64Array, count: number): { loss: number; top1: number } {
  const losses = Array.from(sums.subarray(0, SHARPNESS.length), (sum) => sum / count)
  const top1 = sums[SHARPNESS.length]! / count
  const lowest = losses.indexOf(Math.min(...losses))
  const [left, middle, right] = [losses[lowest - 1], losses[lowest], losses[lowest + 1]]
  if (middle === undefined) return { loss: Number.NaN, top1 }
  if (left === undefined || right === undefined) return { loss: middle, top1 }
  const curvature = left - 2 * middle + right
  return { loss: curvature > 0 ? middle - (left - right) ** 2 / (8 * curvature) : middle, top1 }
}

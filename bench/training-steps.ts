/**
 * `node bench/training-steps.ts ARCH full|partial [--batch N] [--steps N] [--repeats N] [--devices N]`: trains on random
 * pictures on the tensorflow engine as a trainer does, on one device or on several that share the cores, and prints one JSON
 * line like the peer's.
 */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { withHead } from '../lib/backbone/head.ts'
import { BACKBONES, type BackboneId } from '../lib/backbone/registry.ts'
import { shapesOf } from '../lib/backbone/shapes.ts'
import { madeUpWeights } from '../lib/backbone/weights/made-up.ts'
import { fineTune } from '../lib/fine-tuning/fine-tune.ts'
import { ALONE, type DeviceGroup } from '../lib/fine-tuning/parallel/device-group.ts'
import type { ExampleSource } from '../lib/fine-tuning/source.ts'
import { planFreeze } from '../lib/strategy/plan-freeze.ts'
import { seededRandom } from '../lib/training/random.ts'
import { environmentOf } from '../server/devices/environment.ts'
import { tensorflowEngine } from '../server/engines/tensorflow/engine.ts'
import { makeRingPlace, takeSeat } from '../server/trainer/parallel/join-ring.ts'
import { median } from './median.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '16' },
    steps: { type: 'string', default: '6' },
    repeats: { type: 'string', default: '3' },
    devices: { type: 'string', default: '1' },
    rank: { type: 'string', default: '0' },
    ring: { type: 'string' },
  },
})
/** What the peer trains as the last group. */
const LAST_GROUP: Readonly<Record<string, readonly string[]>> = {
  mobilenetv2_100: ['blocks.6', 'conv_head', 'classifier'],
  resnet50: ['layer4', 'classifier'],
}

const sums: number[] = []
const [arch = 'mobilenetv2_100', strategy = 'full'] = positionals
const [batch, steps, repeats] = [Number(values.batch), Number(values.steps), Number(values.repeats)]

const graph = withHead(BACKBONES[arch as BackboneId].build(), 120)
const trained = strategy === 'full' ? graph.groups : LAST_GROUP[arch]!
const plan = planFreeze(graph, trained, strategy === 'full' ? 'batch' : 'moving')
// From the cache: what the frozen part made of each picture, read row by row.
const boundary = plan.boundary[0]!
if (plan.boundary.length !== 1) throw new Error(`the cut of ${arch} has ${plan.boundary.length} tensors`)
const each = shapesOf(graph)
  .get(boundary)!
  .reduce((product, n) => product * n, 1)
const random = seededRandom(0)
const pictures = Float32Array.from({ length: batch * each }, () => random())
const steadily = 1 + steps * repeats
/** One epoch of random pictures; a batch is copied as if the cache had been read. */
const source: ExampleSource = {
  labels: Int32Array.from({ length: batch * steadily }, (_, i) => i % 120),
  gives: [boundary],
  async read(rows) {
    const values = new Float32Array(rows.length * each)
    for (const [i, row] of rows.entries()) {
      const from = (row % batch) * each
      values.set(pictures.subarray(from, from + each), i * each)
    }
    return new Map([[boundary, values]])
  },
}

const group = await joinGroup()
const ends: number[] = []
const cpu: NodeJS.CpuUsage[] = []
await fineTune({
  graph,
  weights: madeUpWeights(graph),
  phases: [
    {
      name: strategy,
      plan,
      settings: {
        epochs: 1,
        batchSize: batch,
        optimizer: { kind: 'momentum' },
        learningRate: 0.01,
        schedule: { kind: 'constant' },
      },
    },
  ],
  data: async () => ({ train: source }),
  device: await tensorflowEngine().open(),
  group,
  seed: 0,
  onStep: () => {
    ends.push(performance.now())
    cpu.push(process.cpuUsage())
  },
})
if (group.rank > 0) process.exit(0)
const rates = Array.from(
  { length: repeats },
  (_, i) => (batch * steps * 1000) / (ends[(i + 1) * steps]! - ends[i * steps]!),
)
const [first, last] = [cpu[0]!, cpu.at(-1)!]
const cpuSeconds = (last.user + last.system - first.user - first.system) / 1e6
process.stdout.write(
  `${JSON.stringify({ arch, strategy, batch, trained, boundary, img_s: median(rates), sum_ms: group.size > 1 ? median(sums) : null, all: rates, cpu_s_per_step: cpuSeconds / (steps * repeats), peak_mb: peakMegabytes() })}\n`,
)

/** This process among those of all devices, which the first one starts. */
async function joinGroup(): Promise<DeviceGroup> {
  const [rank, size] = [Number(values.rank), Number(values.devices)]
  if (size === 1) return ALONE
  const place = values.ring ? undefined : await makeRingPlace()
  const folder = values.ring ?? place!.folder
  const seat = await takeSeat(folder, { rank, size })
  process.send?.('seated')
  if (rank > 0) await new Promise((resolve) => process.once('message', resolve))
  else {
    const children = Array.from({ length: size - 1 }, (_, i) =>
      fork(process.argv[1]!, [...process.argv.slice(2), '--rank', String(i + 1), '--ring', folder], {
        execArgv: [],
      }),
    )
    await Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))))
    for (const child of children) child.send('join')
  }
  const { group } = await seat.join()
  await place?.remove()
  const threads = Math.max(1, Math.floor(availableParallelism() / size))
  // Before TensorFlow is loaded, which reads it then.
  Object.assign(process.env, environmentOf([{ id: `cpu:${rank}`, kind: 'cpu', index: rank, threads }]))
  return {
    ...group,
    async sum(numbers) {
      const began = performance.now()
      await group.sum(numbers)
      if (numbers.length > 1000) sums.push(performance.now() - began)
    },
  }
}

/** The most memory that this process ever had, where Linux tells. */
function peakMegabytes(): number | null {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))
    return found ? Math.round(Number(found[1]) / 1024) : null
  } catch {
    return null
  }
}

import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { costOfNodes } from '../../lib/backbone/cost.ts'
import { shapesOf } from '../../lib/backbone/shapes.ts'
import { writeSafetensors } from '../../lib/backbone/weights/safetensors.ts'
import { seededRandom } from '../../lib/training/random.ts'
import type { Device } from '../devices/device.ts'
import type { PictureFile } from '../features/extractor/messages.ts'
import { startExtractor } from '../features/extractor/start.ts'
import { extractorDevices } from '../features/extractor-devices.ts'
import { runExtractors } from '../features/extractors.ts'
import type { MeasuredNetwork } from './networks.ts'

/** Of a photograph as people take them to training. */
const [WIDTH, HEIGHT] = [500, 375]
/** Pictures that each process does before its speed counts, and while it does. */
const WARM_UP = 4
const MEASURED = 12

/**
 * Multiples of 10⁹ floating-point operations per second of extraction as runs do it, in as many processes as the device has, decoding and
 * preprocessing included.
 */
export async function measureInference(network: MeasuredNetwork, device: Device): Promise<number> {
  const { graph, preprocess, weights } = network
  const folder = await mkdtemp(join(tmpdir(), 'whippet-calibration-'))
  try {
    const store = weights()
    const bytes = writeSafetensors(new Map(store.names().map((name) => [name, store.get(name)])))
    const weightsFile = join(folder, 'weights.safetensors')
    await Promise.all([
      writeFile(weightsFile, bytes),
      writeFile(join(folder, 'picture.jpg'), await picture()),
    ])
    const devices = extractorDevices([device])
    const pictures = Array.from(
      { length: devices.length * (WARM_UP + MEASURED) },
      (_, n): PictureFile => ({ hash: hashOf(`${n}`), path: join(folder, 'picture.jpg') }),
    )
    const from = devices.length * WARM_UP
    let began = 0
    await runExtractors({
      assignment: {
        graph,
        rows: { kind: 'looks', cut: graph.features, looks: 'whole' },
        views: [{ folder }],
        weights: { source: { kind: 'file', path: weightsFile }, hash: hashOf(bytes) },
        preprocessing: preprocess,
        width: shapesOf(graph).get(graph.features)![0]!,
        threads: 1,
      },
      pictures,
      devices,
      start: startExtractor,
      onExtracted: (done) => {
        if (done === from) began = performance.now()
      },
    })
    const seconds = (performance.now() - began) / 1000
    const flops = [...costOfNodes(graph).values()].reduce((sum, cost) => sum + cost.flops, 0)
    return ((pictures.length - from) * flops) / seconds / 1e9
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Noise, smoothed to what a JPEG of a photograph weighs. */
function picture(): Promise<Buffer> {
  const random = seededRandom(2)
  const data = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, () => 256 * random())
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .blur(2)
    .jpeg({ quality: 90 })
    .toBuffer()
}

const hashOf = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex')

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { BackboneEntry } from '../../../lib/backbone/graph.ts'
import type { Head } from '../../../lib/backbone/head.ts'
import { madeUpWeights, uniform } from '../../../lib/backbone/weights/made-up.ts'
import { SELF_TEST_GRAPH } from '../../engines/self-test/network.ts'
import type { ExportSettings } from '../settings.ts'

/** The self-test's network without its own dense layer, as a backbone of 8 × 8 pixels. */
const graph = { ...SELF_TEST_GRAPH, nodes: SELF_TEST_GRAPH.nodes.filter(({ op }) => op !== 'dense') }
const entry: BackboneEntry = {
  title: 'Small network',
  build: () => graph,
  features: 4,
  preprocess: {
    size: 8,
    resize: 'squash',
    cropFraction: 1,
    interpolation: 'bicubic',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  },
  weights: { home: 'nowhere', licence: 'Apache-2.0' },
  paper: 'none',
}

/** An export that takes a moment: made-up weights, three classes, twelve pictures in a temporary folder. */
export async function smallExport(): Promise<ExportSettings & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'whippet-export-'))
  return {
    folder,
    run: 'r1',
    backbone: { id: 'small', entry, graph },
    weights: madeUpWeights(graph),
    head: smallHead('head'),
    classes: ['n01-pug', 'n02-whippet', 'n03-boxer'],
    labels: ['Pug', 'Whippet', 'Boxer'],
    preprocessing: entry.preprocess,
    looks: 'whole+second',
    calibration: { temperature: 1.25, notSureBelow: 0.35 },
    dataset: { name: 'dogs', version: 2 },
    facts: { title: 'Three dogs', command: 'whippet train dogs', caveats: ['Made up.'] },
    gatePictures: await writePictures(folder, 12),
    outDir: join(folder, 'bundle'),
  }
}

/** Another name gives another head. */
export function smallHead(name: string): Head {
  const numbers = (part: string, n: number) => Float32Array.from(uniform(`${name}.${part}`, n), (x) => x * 3)
  return { weight: numbers('weight', 12), bias: numbers('bias', 3), classes: 3, features: 4 }
}

async function writePictures(folder: string, count: number): Promise<ExportSettings['gatePictures']> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const path = join(folder, `${n}.png`)
      const data = Uint8Array.from(uniform(`picture ${n}`, 24 * 20 * 3), (x) => Math.abs(x) * 255)
      await sharp(data, { raw: { width: 24, height: 20, channels: 3 } }).toFile(path)
      return { path, hash: String(n), heldOut: true }
    }),
  )
}

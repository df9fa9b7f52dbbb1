import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import type { BackboneGraph, TensorId } from '../../../lib/backbone/graph.ts'
import { parseSafetensors } from '../../../lib/backbone/weights/safetensors.ts'
import { needsFeatureMap } from '../../../lib/classify/look.ts'
import { Problem } from '../../../lib/problem.ts'
import { type OpenedBackbone, openBackbone } from '../../backbones/open.ts'
import { onnxruntimeEngine } from '../../engines/onnxruntime/engine.ts'
import { livesWithParent } from '../../processes/child.ts'
import { createSegment } from '../cache/segment.ts'
import {
  type Assignment,
  type FromExtractor,
  type PictureFile,
  toExtractorSchema,
  type WeightsSource,
} from './messages.ts'
import { extractAll, type Pipeline } from './pipeline.ts'

/** The extractor process: one core, one single-threaded session, one segment. It ends with its parent. */

// One core is its share: a picture is decoded by one thread beside the engine's.
sharp.concurrency(1)
sharp.cache(false)

const pictures: PictureFile[] = []
let pipeline: Promise<Pipeline> | undefined
let working: Promise<void> | undefined

livesWithParent()
process.on('message', (raw: unknown) => {
  const message = toExtractorSchema.parse(raw)
  if (message.type === 'open') pipeline = open(message.assignment)
  if (message.type === 'extract') pictures.push(...message.pictures)
  if (message.type === 'close') finish()
  else working ??= work().finally(() => (working = undefined))
})

async function work(): Promise<void> {
  try {
    await extractAll(pictures, await pipeline!)
  } catch (thrown) {
    say({ type: 'failed', problem: Problem.from(thrown).summary() })
  }
}

async function open(assignment: Assignment): Promise<Pipeline> {
  const { graph, cut, weights, preprocessing, looks, folder, width } = assignment
  const outputs = needsFeatureMap(looks) ? [cut, graph.featureMap] : [cut]
  const { session, hash } = await openNetwork(weights.source, graph, outputs)
  if (hash !== weights.hash) throw otherWeights(weights.hash, hash)
  const onExtracted = (hash: string) => say({ type: 'extracted', hash })
  const segment = createSegment(folder, width)
  return { session, cut, featureMap: graph.featureMap, preprocessing, looks, segment, onExtracted }
}

async function openNetwork(
  source: WeightsSource,
  graph: BackboneGraph,
  outputs: readonly TensorId[],
): Promise<OpenedBackbone> {
  if (source.kind === 'backbone') return openBackbone({ ...source, graph, outputs })
  const bytes = await readFile(source.path)
  const session = await onnxruntimeEngine({ threads: 1 }).open(graph, parseSafetensors(bytes), outputs)
  return { session, hash: createHash('sha256').update(bytes).digest('hex') }
}

async function finish(): Promise<void> {
  await working
  const { segment, session } = await pipeline!
  segment.close()
  await session.close()
  process.exit(0)
}

function say(message: FromExtractor): void {
  // A parent that is gone is no error of ours: the disconnect that follows ends this process.
  process.send?.(message, undefined, undefined, () => undefined)
}

function otherWeights(want: string, got: string): Problem {
  return new Problem('features/other-weights', {
    says: `The weights changed while features were being extracted: sha256 was ${want} and is ${got}.`,
    advice: 'Start the run again.',
  })
}

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import type { BackboneGraph, TensorId } from '../../../lib/backbone/graph.ts'
import { parseSafetensors } from '../../../lib/backbone/weights/safetensors.ts'
import { needsFeatureMap } from '../../../lib/classify/look.ts'
import { Problem } from '../../../lib/problem.ts'
import { type OpenedBackbone, openBackbone } from '../../backbones/open.ts'
import type { InferenceSession } from '../../engines/inference-engine.ts'
import { onnxruntimeEngine } from '../../engines/onnxruntime/engine.ts'
import { livesWithParent } from '../../processes/child.ts'
import { createSegment } from '../cache/segment.ts'
import {
  type Assignment,
  type FromExtractor,
  type PictureFile,
  type Rows,
  toExtractorSchema,
} from './messages.ts'
import { extractAll, type Pipeline } from './pipeline.ts'
import { rowsOfLooks, rowsOfTensors } from './rows.ts'

/** The extractor process: one session, of one thread unless more are asked for, and a segment per view. It ends with its parent. */

// One core is its share: a picture is decoded by one thread beside the engine's.
sharp.concurrency(1)
sharp.cache(false)

const pictures: PictureFile[] = []
let pipeline: Promise<Pipeline> | undefined
let session: InferenceSession | undefined
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
  const { graph, rows, views, weights, preprocessing, width } = assignment
  const outputs = outputsOf(rows, graph)
  // Pixels alone need no network.
  const opened = outputs.length > 0 ? await openNetwork(assignment, outputs) : undefined
  if (opened && opened.hash !== weights.hash) throw otherWeights(weights.hash, opened.hash)
  session = opened?.session
  return {
    rowOf:
      rows.kind === 'looks'
        ? rowsOfLooks(session!, rows, preprocessing, graph.featureMap)
        : rowsOfTensors(session, rows.layout, preprocessing),
    views: views.map((view) => ({ ...view, segment: createSegment(view.folder, width) })),
    onExtracted: (hash) => say({ type: 'extracted', hash }),
  }
}

function outputsOf(rows: Rows, graph: BackboneGraph): TensorId[] {
  if (rows.kind === 'tensors') return rows.layout.map(({ id }) => id).filter((id) => id !== 'image')
  return needsFeatureMap(rows.looks) ? [rows.cut, graph.featureMap] : [rows.cut]
}

async function openNetwork(
  { weights: { source }, graph, threads }: Assignment,
  outputs: readonly TensorId[],
): Promise<OpenedBackbone> {
  if (source.kind === 'backbone') return openBackbone({ ...source, graph, outputs, threads })
  const bytes = await readFile(source.path)
  const session = await onnxruntimeEngine({ threads }).open(graph, parseSafetensors(bytes), outputs)
  return { session, hash: createHash('sha256').update(bytes).digest('hex') }
}

async function finish(): Promise<void> {
  await working
  const { views } = await pipeline!
  for (const { segment } of views) segment.close()
  await session?.close()
  process.exit(0)
}

function say(message: FromExtractor): void {
  // A parent that is gone is no error of ours: the disconnect that follows ends this process.
  process.send?.(message, undefined, undefined, () => undefined)
}

function otherWeights(want: string, got: string): Problem {
  return new Problem('features/other-weights', {
    says: `The weights changed while features were being extracted: sha256 was ${want} and is ${got}.`,
    advice: 'Resume the run.',
  })
}

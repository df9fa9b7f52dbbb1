import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { HEAD, withHead, withHeadWeights } from '../../lib/backbone/head.ts'
import { backboneEntry } from '../../lib/backbone/registry.ts'
import { classify, type Forward } from '../../lib/classify/classify.ts'
import { Problem } from '../../lib/problem.ts'
import { decodePicture } from '../datasets/decoder/decode.ts'
import { onnxruntimeEngine } from '../engines/onnxruntime/engine.ts'
import { livesWithParent } from '../processes/child.ts'
import { readRunFolder } from '../trainer/run-folder.ts'
import { loadBackboneWeights } from '../weights/load.ts'
import { type ClassifierModel, type FromClassifier, toClassifierSchema } from './messages.ts'

/** The classifier process: one core, one single-threaded session, one picture after the other. It ends with its parent. */

sharp.concurrency(1)
sharp.cache(false)

type Classify = (path: string) => Promise<Float32Array>

let classifier: Promise<Classify> | undefined
let queue: Promise<void> = Promise.resolve()

livesWithParent()
process.on('message', (raw: unknown) => {
  const message = toClassifierSchema.parse(raw)
  if (message.type === 'open') {
    classifier = open(message.model)
    classifier.catch((thrown) => say({ type: 'failed', problem: Problem.from(thrown).summary() }))
  } else queue = queue.then(() => classifyFile(message.index, message.path))
})

async function classifyFile(index: number, path: string): Promise<void> {
  const run = await classifier!.catch(() => undefined)
  if (!run) return
  try {
    say({ type: 'classified', index, probabilities: await run(path) })
  } catch (thrown) {
    say({ type: 'unreadable', index, problem: Problem.from(thrown).summary() })
  }
}

async function open({
  backbone,
  dataDir,
  run,
  preprocessing,
  looks,
  temperature,
}: ClassifierModel): Promise<Classify> {
  const { head, record } = await readRunFolder(dataDir, run)
  const graph = withHead(backboneEntry(backbone).build(), head.classes)
  const { weights } = await loadBackboneWeights(backbone, { dataDir })
  const outputs = looks.includes('second') ? [HEAD, graph.featureMap] : [HEAD]
  const session = await onnxruntimeEngine({ threads: 1 }).open(graph, withHeadWeights(weights, head), outputs)
  const forward: Forward = async (input) => {
    const output = await session.run(input)
    const map = output[graph.featureMap]
    const [, height = 0, width = 0, channels = 0] = map?.shape ?? []
    return {
      logits: output[HEAD]!.data,
      ...(map && { featureMap: { data: map.data, height, width, channels } }),
    }
  }
  return async (path) => {
    const pixels = await decodePicture(await readFile(path))
    const rules = { forward, preprocessing, looks, temperature, classes: record.classes, notSureBelow: 0 }
    return (await classify(pixels, rules)).probabilities
  }
}

function say(message: FromClassifier): void {
  process.send?.(message, undefined, undefined, () => undefined)
}

import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { classify, type Forward } from '../../lib/classify/classify.ts'
import { needsFeatureMap } from '../../lib/classify/look.ts'
import { Problem } from '../../lib/problem.ts'
import { headLogits } from '../../lib/training/head-logits.ts'
import { findBackbone } from '../backbones/find.ts'
import { openBackbone } from '../backbones/open.ts'
import { decodePicture } from '../datasets/decoder/decode.ts'
import { livesWithParent } from '../processes/child.ts'
import { type RunRecord, readRunFolder, runFolder } from '../trainer/run-folder.ts'
import { hashWithTuned, tunedFile } from '../trainer/tuned-weights.ts'
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
  const found = await findBackbone(backbone, { dataDir })
  const graph = found.graph()
  const outputs = needsFeatureMap(looks) ? [graph.features, graph.featureMap] : [graph.features]
  const { session, hash } = await openBackbone({
    id: backbone,
    dataDir,
    graph,
    outputs,
    tuned: tunedFile(runFolder(dataDir, run)),
  })
  if (hash !== hashWithTuned(record.weightsHash, record.tuned)) throw otherWeights(record)
  const forward: Forward = async (input) => {
    const output = await session.run(input)
    const map = needsFeatureMap(looks) ? output[graph.featureMap] : undefined
    const [, height = 0, width = 0, channels = 0] = map?.shape ?? []
    return {
      logits: headLogits(head, output[graph.features]!.data),
      ...(map && { featureMap: { data: map.data, height, width, channels } }),
    }
  }
  return async (path) => {
    const pixels = await decodePicture(await readFile(path))
    const rules = { forward, preprocessing, looks, temperature, classes: record.classes, notSureBelow: 0 }
    return (await classify(pixels, rules)).probabilities
  }
}

function otherWeights({ run, backbone }: RunRecord): Problem {
  return new Problem('classify/other-weights', {
    says: `Run ${run} was trained on other weights of ${backbone} than the ones that are here now.`,
    advice: `Import the weights that it was trained on ("whippet backbones import ${backbone} FILE"), or train again.`,
  })
}

function say(message: FromClassifier): void {
  process.send?.(message, undefined, undefined, () => undefined)
}

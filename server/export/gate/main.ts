import { readFile } from 'node:fs/promises'
import * as converter from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import sharp from 'sharp'
import { type Classifier, classify } from '../../../lib/classify/classify.ts'
import { bundleClassifier } from '../../../lib/export/classifier.ts'
import type { Manifest } from '../../../lib/export/manifest.ts'
import { compared, NOTHING_COMPARED, type Parity } from '../../../lib/export/parity.ts'
import type { Precision } from '../../../lib/graph-model/precision.ts'
import { Problem } from '../../../lib/problem.ts'
import { decodePicture } from '../../datasets/decoder/decode.ts'
import { activateWasm } from '../../engines/wasm/backend.ts'
import { livesWithParent } from '../../processes/child.ts'
import { type FromGate, type ToGate, toGateSchema } from './messages.ts'
import { modelOnDisk, readManifest } from './read-bundle.ts'
import { referenceForward } from './reference.ts'

/** A gate process: runs the written bundle under tfjs wasm and the server's network under onnxruntime, on the same pixels. */

sharp.concurrency(1)
sharp.cache(false)

livesWithParent()
process.once('message', async (raw: unknown) => {
  try {
    await say({ type: 'done', parity: await compare(toGateSchema.parse(raw)) })
  } catch (thrown) {
    await say({ type: 'failed', problem: Problem.from(thrown).summary() })
  }
  process.exit(0)
})

async function compare({ bundle, reference, pictures }: ToGate): Promise<Partial<Record<Precision, Parity>>> {
  const manifest = await readManifest(bundle)
  const models = await loadModels(bundle, manifest)
  const [first] = models.values()
  const server: Classifier = { ...first!, forward: await referenceForward(reference, manifest) }
  const parity = new Map<Precision, Parity>()
  for (const path of pictures) {
    const pixels = await decodePicture(await readFile(path))
    const { probabilities } = await classify(pixels, server)
    for (const [precision, classifier] of models) {
      const said = await classify(pixels, classifier)
      const before = parity.get(precision) ?? NOTHING_COMPARED
      parity.set(precision, compared(before, probabilities, said.probabilities))
    }
    await say({ type: 'compared' })
  }
  return Object.fromEntries(parity)
}

async function loadModels(bundle: string, manifest: Manifest): Promise<Map<Precision, Classifier>> {
  await activateWasm(tf)
  const models = new Map<Precision, Classifier>()
  for (const model of manifest.models) {
    const loaded = await converter.loadGraphModel(modelOnDisk(bundle, model))
    models.set(model.precision, bundleClassifier(tf, loaded, manifest))
  }
  return models
}

/** Resolves when it is on its way: the process may end after. */
function say(message: FromGate): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send) resolve()
    else process.send(message, undefined, undefined, () => resolve())
  })
}

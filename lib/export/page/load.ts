import { loadGraphModel } from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import type { Classifier } from '../../classify/classify.ts'
import { Problem } from '../../problem.ts'
import { bundleClassifier } from '../classifier.ts'
import { type Manifest, manifestSchema } from '../manifest.ts'
import { BACKENDS, type Backend, start } from './backends.ts'

export type Loaded = { classifier: Classifier; backend: Backend; dispose(): void }

/** @throws Problem `export/damaged` when `model.json` does not come or is not this page's. */
export async function fetchManifest(): Promise<Manifest> {
  try {
    return manifestSchema.parse(await (await fetch('model.json')).json())
  } catch (cause) {
    throw new Problem('export/damaged', {
      says: 'The description of the model (model.json) did not come or can’t be read.',
      advice: 'Check that the whole folder is on the server, then reload.',
      cause,
    })
  }
}

/**
 * Loads one model of the bundle on the first backend that really runs it: each is tried with a picture of zeros, and
 * what fails or gives no numbers is passed over.
 *
 * @throws Problem `export/no-backend` when none does.
 */
export async function load(
  manifest: Manifest,
  model: Manifest['models'][number],
  { only, onProgress }: { only?: Backend | undefined; onProgress: (fraction: number) => void },
): Promise<Loaded> {
  let trouble: unknown
  for (const backend of only ? [only] : BACKENDS) {
    try {
      if (!(await start(backend))) continue
      const graphModel = await loadGraphModel(model.model, { onProgress })
      const classifier = bundleClassifier(tf, graphModel, manifest)
      const { logits } = await classifier.forward(new Float32Array(manifest.preprocessing.size ** 2 * 3))
      if (logits.every(Number.isFinite)) return { classifier, backend, dispose: () => graphModel.dispose() }
      trouble = new Error(`${backend} gives no numbers`)
    } catch (error) {
      trouble = error
    }
  }
  throw new Problem('export/no-backend', {
    says: `The model can’t run in this browser${trouble instanceof Error ? `: ${trouble.message}` : '.'}`,
    advice: 'Check the connection and reload, or try a current Chrome, Edge, Firefox or Safari.',
    cause: trouble,
  })
}

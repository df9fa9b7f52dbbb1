import * as converter from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import { type Classification, classify } from '../../lib/classify/classify.ts'
import { bundleClassifier } from '../../lib/export/classifier.ts'
import { decodePicture } from '../../server/datasets/decoder/decode.ts'
import { activateWasm } from '../../server/engines/wasm/backend.ts'
import { modelOnDisk, readManifest } from '../../server/export/gate/read-bundle.ts'

/**
 * The server's answer to encoded pictures: its decoder, its preprocessing, and a bundle that its parity gate has held to
 * its network, run in Node.
 */
export async function nodeReader(bundle: string): Promise<(picture: Uint8Array) => Promise<Classification>> {
  await activateWasm(tf)
  const manifest = await readManifest(bundle)
  const model = await converter.loadGraphModel(modelOnDisk(bundle, manifest.models[0]!))
  const classifier = bundleClassifier(tf, model, manifest)
  return async (picture) => classify(await decodePicture(picture), classifier)
}

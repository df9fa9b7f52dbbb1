import type { GraphModel } from '@tensorflow/tfjs-converter'
import type * as tfjs from '@tensorflow/tfjs-core'
import type { Classifier, Forward } from '../classify/classify.ts'
import type { Manifest } from './manifest.ts'

/** A loaded model of a bundle as a classifier: the same in the page and in the parity gate. */
export function bundleClassifier(tf: typeof tfjs, model: GraphModel, manifest: Manifest): Classifier {
  const { preprocessing, looks, labels, calibration } = manifest
  return { forward: forwardOf(tf, model, manifest), preprocessing, looks, classes: labels, ...calibration }
}

function forwardOf(tf: typeof tfjs, model: GraphModel, { tensors, preprocessing, looks }: Manifest): Forward {
  const { size } = preprocessing
  // Reading the map back from a GPU takes time: only where the second look needs it.
  const outputs = looks.includes('second') ? [tensors.logits, tensors.featureMap] : [tensors.logits]
  return async (input) => {
    const image = tf.tensor4d(input, [1, size, size, 3])
    const [logits, map] = [model.execute({ [tensors.image]: image }, outputs)].flat() as tfjs.Tensor[]
    try {
      const answer = { logits: (await logits!.data()) as Float32Array }
      if (!map) return answer
      const [, height = 0, width = 0, channels = 0] = map.shape
      return { ...answer, featureMap: { data: (await map.data()) as Float32Array, height, width, channels } }
    } finally {
      tf.dispose([image, logits!, ...(map ? [map] : [])])
    }
  }
}

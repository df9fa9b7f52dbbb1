import type { Forward } from '../../../lib/classify/classify.ts'
import type { Manifest } from '../../../lib/export/manifest.ts'

/** The server's network, from the ONNX file that its engine runs. */
export async function referenceForward(
  file: string,
  { tensors, looks, preprocessing: { size } }: Manifest,
): Promise<Forward> {
  const ort = await import('onnxruntime-node')
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  const outputs = looks.includes('second') ? [tensors.logits, tensors.featureMap] : [tensors.logits]
  return async (input) => {
    const image = new ort.Tensor('float32', input, [1, size, size, 3])
    const results = await session.run({ [tensors.image]: image }, outputs)
    const logits = results[tensors.logits]!.data as Float32Array
    const map = results[tensors.featureMap]
    if (!map) return { logits }
    const [, height = 0, width = 0, channels = 0] = map.dims
    return { logits, featureMap: { data: map.data as Float32Array, height, width, channels } }
  }
}

import { Problem } from '../../lib/problem.ts'
import type { InferenceSession } from '../engines/inference-engine.ts'
import { batchOf } from '../engines/input.ts'
import { createSession } from '../engines/onnxruntime/session.ts'
import { IMPORTED_FEATURES, type ImportedBackbone } from './imported.ts'
import { withOutput } from './onnx-file.ts'

/** How an ONNX file is fed and what is read of it. */
export type OnnxUse = Pick<ImportedBackbone, 'input' | 'layout' | 'output'> & { readonly size: number }

/**
 * An ONNX file under onnxruntime, giving its output as one vector per picture, under the name `features`. Pictures run one
 * by one: many files have a batch of one written into them.
 *
 * @throws Problem `engines/refused` with onnxruntime's words; from `run`, `backbones/bad-output` where what it gives is no
 * vector or map of float32 numbers.
 */
export async function openOnnx(
  bytes: Uint8Array,
  { input, layout, output, size }: OnnxUse,
  threads = 1,
): Promise<InferenceSession> {
  const { session, tensor } = await createSession(withOutput(bytes, output), {
    threads,
    what: `the network up to ${output}`,
  })
  const dims = layout === 'nchw' ? [1, 3, size, size] : [1, size, size, 3]
  return {
    async run(images) {
      const batch = batchOf({ size, nodes: [{ op: 'image', id: input, inputs: [], group: '' }] }, images)
      const vectors: Float32Array[] = []
      for (let n = 0; n < batch; n++) {
        const picture = images.subarray(n * size * size * 3, (n + 1) * size * size * 3)
        const fed = layout === 'nchw' ? channelsFirst(picture) : picture
        const results = await session.run({ [input]: tensor(fed, dims) }, [output])
        const { type, data, dims: given } = results[output]!
        if (type !== 'float32') throw badOutput(output, `it gives ${type} numbers, not float32`)
        vectors.push(vectorOf(data as Float32Array, { dims: given, layout, output }))
      }
      const width = vectors[0]!.length
      const data = new Float32Array(batch * width)
      for (const [n, vector] of vectors.entries()) data.set(vector, n * width)
      return { [IMPORTED_FEATURES]: { shape: [batch, width], data } }
    },
    close: () => session.release(),
  }
}

/** A picture's values by channel. */
function channelsFirst(picture: Float32Array): Float32Array {
  const pixels = picture.length / 3
  const planes = new Float32Array(picture.length)
  for (let p = 0; p < pixels; p++) for (let c = 0; c < 3; c++) planes[c * pixels + p] = picture[p * 3 + c]!
  return planes
}

/** The mean of a map over its pixels; a vector as it is. */
function vectorOf(
  data: Float32Array,
  { dims, layout, output }: { dims: readonly number[] } & Pick<OnnxUse, 'layout' | 'output'>,
): Float32Array {
  const isVector = dims.length === 1 || (dims.length === 2 && dims[0] === 1)
  if (isVector) return data.slice()
  if (dims.length !== 4 || dims[0] !== 1)
    throw badOutput(output, `for one picture it gives [${dims.join(', ')}], neither a vector nor a map`)
  const channels = layout === 'nchw' ? dims[1]! : dims[3]!
  const pixels = data.length / channels
  const [channelStep, pixelStep] = layout === 'nchw' ? [pixels, 1] : [1, channels]
  return Float32Array.from({ length: channels }, (_, c) => {
    let sum = 0
    for (let p = 0; p < pixels; p++) sum += data[c * channelStep + p * pixelStep]!
    return sum / pixels
  })
}

export function badOutput(output: string, why: string): Problem {
  return new Problem('backbones/bad-output', {
    says: `"${output}" can't serve as features: ${why}.`,
    advice:
      'Name another tensor with --output: a float32 vector [1, n] or a map, like the pooled features before the classifier.',
  })
}

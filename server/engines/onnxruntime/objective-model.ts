import { encodeModel, type OnnxNode, type OnnxValue } from '../../../lib/onnx/model.ts'

const features: OnnxValue = { name: 'features', dims: ['n', 'd'] }
const target: OnnxValue = { name: 'target', dims: ['n', 'c'] }
const weight: OnnxValue = { name: 'weight', dims: ['c', 'd'] }
const bias: OnnxValue = { name: 'bias', dims: ['c'] }
const logits: OnnxValue = { name: 'logits', dims: ['n', 'c'] }

const dense = node('Gemm', ['features', 'weight', 'bias'], 'logits', { transB: { int: 1 } })

/** Logits of a linear head, as an ONNX file. */
export function logitsModel(): Uint8Array {
  return encodeModel({
    name: 'linear-logits',
    inputs: [features, weight, bias],
    outputs: [logits],
    initializers: [],
    nodes: [dense],
  })
}

/**
 * Loss per picture (softmax cross-entropy) and the gradient of their sum, as an ONNX file. `target` is one-hot; its
 * difference from the probabilities is the gradient of the logits, so that no automatic differentiation is needed.
 */
export function gradientModel(): Uint8Array {
  return encodeModel({
    name: 'linear-gradient',
    inputs: [features, target, weight, bias],
    outputs: [
      { name: 'losses', dims: ['n'] },
      { name: 'weightGradient', dims: ['c', 'd'] },
      { name: 'biasGradient', dims: ['c'] },
    ],
    initializers: [
      { name: 'rows', dims: [1], data: BigInt64Array.of(0n) },
      { name: 'columns', dims: [1], data: BigInt64Array.of(1n) },
    ],
    nodes: [
      dense,
      node('LogSoftmax', ['logits'], 'logProbabilities', { axis: { int: 1 } }),
      node('Mul', ['logProbabilities', 'target'], 'ofTruth'),
      node('ReduceSum', ['ofTruth', 'columns'], 'logLikelihoods', { keepdims: { int: 0 } }),
      node('Neg', ['logLikelihoods'], 'losses'),
      node('Exp', ['logProbabilities'], 'probabilities'),
      node('Sub', ['probabilities', 'target'], 'errors'),
      node('Gemm', ['errors', 'features'], 'weightGradient', { transA: { int: 1 } }),
      node('ReduceSum', ['errors', 'rows'], 'biasGradient', { keepdims: { int: 0 } }),
    ],
  })
}

function node(
  op: string,
  inputs: string[],
  output: string,
  attributes: OnnxNode['attributes'] = {},
): OnnxNode {
  return { op, name: output, inputs, outputs: [output], attributes }
}

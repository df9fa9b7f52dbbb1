import type { BackboneGraph, TensorId, WeightStore } from '../../lib/backbone/graph.ts'

/** What an engine found on this machine, or why it can't be used here. */
export type Probe =
  | {
      available: true
      version: string
      /** Its GPU is one in software: right, and far too slow to be chosen. */
      software?: true
    }
  | { available: false; why: string }

/** A result, spatial ones as NHWC. */
export type OutputTensor = { readonly shape: readonly number[]; readonly data: Float32Array }

/** A network compiled for one engine. One call at a time. */
export interface InferenceSession {
  /** The batch size follows from the length of `images`, `[n, S, S, 3]`. */
  run(images: Float32Array): Promise<Record<TensorId, OutputTensor>>
  /** Frees the engine's memory; the session can't be used after. */
  close(): Promise<void>
}

/** What computes a network forward. Every implementation passes `inference-engine.suite.ts`. */
export interface InferenceEngine {
  readonly id: 'onnxruntime' | 'webgpu' | 'wasm'
  /** What this machine offers, or why not: never throws. */
  probe(): Promise<Probe>
  /**
   * Compiles `graph` up to `outputs`. Inputs are NHWC float32 in the preprocessing's range.
   *
   * @throws Problem `engines/refused` when the engine can't take the network, with its own words as the cause.
   */
  open(graph: BackboneGraph, weights: WeightStore, outputs: readonly TensorId[]): Promise<InferenceSession>
}

import type { GraphModelArtifacts } from './emit.ts'

/** Browsers and hosts cache files of this size well, and they come in parallel. */
const SHARD_BYTES = 4 * 1024 * 1024

/** A model as the files that `tf.loadGraphModel` reads from a folder: `model.json` and its weights in shards of 4 MB. */
export function modelFiles(artifacts: GraphModelArtifacts): { path: string; bytes: Uint8Array }[] {
  const { weightSpecs, weightData, ...model } = artifacts
  const count = Math.max(1, Math.ceil(weightData.byteLength / SHARD_BYTES))
  const shards = Array.from({ length: count }, (_, i) => ({
    path: `weights-${i + 1}-of-${count}.bin`,
    bytes: new Uint8Array(weightData).subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES),
  }))
  const manifest = [{ paths: shards.map(({ path }) => path), weights: weightSpecs }]
  const json = JSON.stringify({ ...model, weightsManifest: manifest })
  return [{ path: 'model.json', bytes: new TextEncoder().encode(json) }, ...shards]
}

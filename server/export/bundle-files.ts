import { createHash } from 'node:crypto'
import { HEAD, withHead, withHeadWeights } from '../../lib/backbone/head.ts'
import { BUNDLE_VERSION, type Manifest, manifestSchema } from '../../lib/export/manifest.ts'
import { emitGraphModel } from '../../lib/graph-model/emit.ts'
import { modelFiles } from '../../lib/graph-model/files.ts'
import type { Precision } from '../../lib/graph-model/precision.ts'
import { emitOnnx } from '../../lib/onnx/emit.ts'
import { buildPage, type PageFile } from './build-page.ts'
import type { BundleContents } from './settings.ts'

/** From the one to take first: half the size of float32, and nothing that can be seen is lost. */
const BEST_FIRST: readonly Precision[] = ['float16', 'float32', 'uint8']

/** Everything of a bundle but the model card, which needs the gate's figures. */
export async function bundleFiles(
  contents: BundleContents,
): Promise<{ files: PageFile[]; manifest: Manifest; onnx: Uint8Array }> {
  const { backbone, weights, head, precisions, labels, page = true } = contents
  const graph = withHead(backbone.graph, head.classes, head.hidden?.units)
  const all = withHeadWeights(weights, head)
  const outputs = [HEAD, graph.featureMap]
  const models = BEST_FIRST.filter((precision) => precisions.includes(precision)).map((precision) => ({
    precision,
    files: modelFiles(emitGraphModel(graph, all, { outputs, precision })).map(({ path, bytes }) => ({
      path: `${precision}/${path}`,
      bytes,
    })),
  }))
  const manifest = manifestOf(contents, models)
  const files = [
    ...(page ? await buildPage() : []),
    { path: 'model.json', bytes: text(`${JSON.stringify(manifest, null, 2)}\n`) },
    { path: 'labels.txt', bytes: text(labels.map((label) => `${label}\n`).join('')) },
    ...models.flatMap((model) => model.files),
  ]
  return { files, manifest, onnx: emitOnnx(graph, all, { outputs }) }
}

function manifestOf(
  { run, title, backbone, classes, labels, preprocessing, looks, calibration }: BundleContents,
  models: readonly { precision: Precision; files: readonly PageFile[] }[],
): Manifest {
  return manifestSchema.parse({
    bundle: BUNDLE_VERSION,
    title,
    backbone: { id: backbone.id, title: backbone.entry.title },
    run,
    classes: [...classes],
    labels: [...labels],
    preprocessing,
    looks,
    // Without a calibration the softmax speaks for itself, and the best class is always the answer.
    calibration: calibration ?? { temperature: 1, notSureBelow: 0 },
    tensors: { image: backbone.graph.nodes[0]!.id, logits: HEAD, featureMap: backbone.graph.featureMap },
    models: models.map(({ precision, files }) => ({
      precision,
      model: `${precision}/model.json`,
      bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
      files: files.map(({ path, bytes }) => ({ path, bytes: bytes.length, sha256: sha256(bytes) })),
    })),
  } satisfies Manifest)
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

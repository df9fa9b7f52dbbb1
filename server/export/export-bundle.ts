import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { modelCard } from '../../lib/export/model-card.ts'
import { PRECISIONS } from '../../lib/graph-model/precision.ts'
import { Problem } from '../../lib/problem.ts'
import type { PageFile } from './build-page.ts'
import { bundleFiles } from './bundle-files.ts'
import { runGate } from './gate/gate.ts'
import type { Exported, ExportSettings } from './settings.ts'

/**
 * Writes a bundle, checks it against the server's network on the given pictures, and only then gives it its name: a
 * refused or interrupted export leaves nothing in `outDir`.
 *
 * @throws Problem `export/not-empty`, and what the gate throws (`export/parity`, `export/damaged`,
 * `export/nothing-to-check`, `export/gate-died`); the signal's reason.
 */
export async function exportBundle(settings: ExportSettings, gate = runGate): Promise<Exported> {
  const { facts, precisions = PRECISIONS, onnx: withOnnx = true, onProgress, signal } = settings
  const outDir = resolve(settings.outDir)
  await demandFree(outDir)
  await mkdir(dirname(outDir), { recursive: true })
  const workshop = await mkdtemp(join(dirname(outDir), `.${basename(outDir)}-unchecked-`))
  try {
    signal?.throwIfAborted()
    onProgress?.({ phase: 'writing' })
    const folder = join(workshop, 'bundle')
    const { files, manifest, onnx } = await bundleFiles({ ...settings, title: facts.title, precisions })
    const reference = { path: 'model.onnx', bytes: onnx }
    const written = withOnnx ? [...files, reference] : files
    await writeAll(folder, written)
    if (!withOnnx) await writeAll(workshop, [reference])
    const parity = await gate({
      bundle: folder,
      reference: join(withOnnx ? folder : workshop, reference.path),
      pictures: settings.gatePictures.map(({ path }) => path),
      onProgress: (progress) => onProgress?.({ phase: 'checking', ...progress }),
      signal,
    })
    const { licence } = settings.backbone.entry.weights
    const card = modelCard({
      ...settings,
      ...facts,
      manifest,
      licence,
      parity,
      onnx: withOnnx,
      page: settings.page ?? true,
    })
    const readme = { path: 'README.md', bytes: new TextEncoder().encode(card) }
    await writeAll(folder, [readme])
    await rmdir(outDir).catch(() => undefined)
    await rename(folder, outDir)
    const listed = [...written, readme].map(({ path, bytes }) => ({ path, bytes: bytes.length }))
    return { outDir, bytes: listed.reduce((sum, { bytes }) => sum + bytes, 0), parity, files: listed }
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
}

async function writeAll(folder: string, files: readonly PageFile[]): Promise<void> {
  for (const { path, bytes } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes, { flush: true })
  }
}

async function demandFree(outDir: string): Promise<void> {
  const there = await readdir(outDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw notEmpty(outDir, 'is no folder')
  })
  if (there.length > 0)
    throw notEmpty(outDir, `has ${there.length} ${there.length === 1 ? 'entry' : 'entries'}`)
}

function notEmpty(outDir: string, why: string): Problem {
  return new Problem('export/not-empty', {
    says: `${outDir} ${why}; a bundle is only written to a new or empty folder.`,
    advice: 'Name another folder, or remove this one first.',
  })
}

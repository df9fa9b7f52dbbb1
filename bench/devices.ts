import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backboneEntry } from '../lib/backbone/registry.ts'
import { type SourceReader, sourceReader } from '../server/datasets/source/read-source-file.ts'
import { scanZip } from '../server/datasets/source/zip.ts'
import type { Device } from '../server/devices/device.ts'
import { extractFeatures } from '../server/features/extract.ts'
import { collect } from '../server/setup/collect.ts'
import { loadBackboneWeights } from '../server/weights/load.ts'
import type { BenchOptions, Report } from './main.ts'
import { median } from './median.ts'

const STEPS = fileURLToPath(new URL('./training-steps.ts', import.meta.url))
const BACKBONE = 'tf_efficientnet_lite0'
const PICTURES = 1200
const DEVICES = 2

type Steps = { img_s: number; peak_mb: number | null; sum_ms: number | null }

/**
 * Two simulated devices, which share the cores, beside one process that has them all: extraction (EfficientNet-Lite0,
 * processes started in the time) and full fine-tuning of MobileNetV2 (batch 16, 224 px), in turn so that a drifting machine
 * meets both.
 */
export async function benchDevices({ rounds, shared, say }: BenchOptions): Promise<Report> {
  const cores = availableParallelism()
  const pictures = await somePictures(shared)
  const extraction: { one: number; several: number }[] = []
  const training: { one: Steps; several: Steps }[] = []
  try {
    for (let round = 1; round <= rounds; round++) {
      say(`extraction, round ${round} of ${rounds}`)
      const one = await extract(pictures, [processor(0, cores)], cores)
      const several = await extract(pictures, simulated(cores), 1)
      extraction.push({ one, several })
    }
    for (let round = 1; round <= rounds; round++) {
      say(`training, round ${round} of ${rounds}`)
      training.push({ one: await train(1), several: await train(DEVICES) })
    }
  } finally {
    rmSync(pictures.folder, { recursive: true, force: true })
  }
  const of = <T>(rows: readonly T[], pick: (row: T) => number | null) =>
    median(rows.map((row) => pick(row) ?? undefined)) ?? null
  const results = {
    extraction: {
      pictures: PICTURES,
      one_img_s: of(extraction, ({ one }) => one),
      devices_img_s: of(extraction, ({ several }) => several),
    },
    training: {
      one_img_s: of(training, ({ one }) => one.img_s),
      devices_img_s: of(training, ({ several }) => several.img_s),
      one_peak_mb: of(training, ({ one }) => one.peak_mb),
      devices_peak_mb: of(training, ({ several }) => several.peak_mb),
      sum_ms: of(training, ({ several }) => several.sum_ms),
    },
  }
  const ratios = {
    extraction: of(extraction, ({ one, several }) => several / one),
    training: of(training, ({ one, several }) => several.img_s / one.img_s),
  }
  const figure = (value: number | null, digits = 1) => (value === null ? '–' : value.toFixed(digits))
  const { extraction: e, training: t } = results
  return {
    results,
    ratios,
    lines: [
      `extraction  ${DEVICES} devices ${figure(e.devices_img_s)} images/s, one process with ${cores} threads ${figure(e.one_img_s)}; ${figure(ratios.extraction, 2)} ×`,
      `training    ${DEVICES} devices ${figure(t.devices_img_s)} images/s (${figure(t.devices_peak_mb, 0)} MB each), one with ${cores} threads ${figure(t.one_img_s)} (${figure(t.one_peak_mb, 0)} MB); ${figure(ratios.training, 2)} ×`,
      `            summing the gradient takes ${figure(t.sum_ms)} ms of a step`,
    ],
  }
}

type Pictures = {
  readonly folder: string
  readonly files: readonly { hash: string; path: string }[]
  /** Holds the archive open. */
  readonly reader: SourceReader
}

async function somePictures(shared: string): Promise<Pictures> {
  const zip = join(shared, 'datasets', 'stanford-dogs-part.zip')
  if (!existsSync(zip))
    throw new Error(`${zip} is not there: name its folder with --shared or WHIPPET_SHARED`)
  const folder = mkdtempSync(join(tmpdir(), 'whippet-bench-devices-'))
  const files = []
  const reader = sourceReader()
  for (const [name, file] of (await scanZip(zip)).files) {
    if (!name.endsWith('.jpg')) continue
    const bytes = await reader.read(file)
    const hash = createHash('sha256').update(bytes).digest('hex')
    const path = join(folder, `${hash}.jpg`)
    writeFileSync(path, bytes)
    if (files.push({ hash, path }) === PICTURES) break
  }
  return { folder, files, reader }
}

/** Images per second into an empty cache. */
async function extract(
  { folder, files }: Pictures,
  devices: readonly Device[],
  threadsPerProcess: number,
): Promise<number> {
  const { build, preprocess } = backboneEntry(BACKBONE)
  const { hash } = await loadBackboneWeights(BACKBONE, { dataDir: folder })
  const cacheDir = mkdtempSync(join(folder, 'cache-'))
  const began = performance.now()
  await extractFeatures({
    pictures: files,
    graph: build(),
    weights: { source: { kind: 'backbone', id: BACKBONE, dataDir: folder }, hash },
    preprocessing: preprocess,
    cacheDir,
    devices,
    threadsPerProcess,
  })
  return (files.length * 1000) / (performance.now() - began)
}

async function train(devices: number): Promise<Steps> {
  const args = [STEPS, 'mobilenetv2_100', 'full', '--devices', String(devices)]
  const { status, stdout, stderr } = await collect(process.execPath, args)
  if (status !== 0) throw new Error(`training on ${devices} devices ended with status ${status}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Steps
}

function processor(index: number, threads: number): Device {
  return { id: `cpu:${index}`, kind: 'cpu', index, threads }
}

function simulated(cores: number): Device[] {
  const threads = Math.max(1, Math.floor(cores / DEVICES))
  return Array.from({ length: DEVICES }, (_, index) => processor(index, threads))
}

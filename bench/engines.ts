import { fileURLToPath } from 'node:url'
import { BACKBONES } from '../lib/backbone/registry.ts'
import { ENGINE_IDS, type EngineId, engineEntry } from '../server/engines/catalogue.ts'
import { checkEngine } from '../server/engines/check/check-engine.ts'
import { collect } from '../server/setup/collect.ts'
import type { BenchOptions, Report } from './main.ts'

const OURS = fileURLToPath(new URL('./engine-throughput.ts', import.meta.url))
const PEER = fileURLToPath(new URL('./peer_engines.py', import.meta.url))

/** Batches that fit into the memory of a small machine: NASNet-A Large is the largest by far. */
const BACKBONE_BATCHES = {
  mobilenetv2_100: { forward: 8, training: 8 },
  tf_efficientnet_lite0: { forward: 8, training: 8 },
  resnet50: { forward: 8, training: 8 },
  inception_v4: { forward: 4, training: 4 },
  nasnetalarge: { forward: 2, training: 2 },
} as const

/** WebAssembly needs seconds for one picture. */
const WASM_TRAINING_BATCH = 1

const SECONDS = 4
/** What takes longer is a row without a figure. */
const LONGEST_MS = 90_000

type What = 'forward' | 'training'
type Row = {
  backbone: string
  engine: EngineId | 'pytorch'
  what: What
  batch: number
  img_s: number | null
  peak_mb: number | null
  /** Why there is no figure. */
  failed?: string
}

/**
 * Every engine on every sort of backbone: images/s forward, and of full training (batch norm by the batch's statistics)
 * where it trains, with peak memory, beside PyTorch in the same run. Weights are made up and pictures random: they cost what
 * real ones do. `--only resnet50` measures that alone. Each figure comes from a process of its own; what fails or takes too long is a row that says so.
 */
export async function benchEngines({ say, only }: BenchOptions): Promise<Report> {
  const there: EngineId[] = []
  const absent: string[] = []
  for (const id of ENGINE_IDS) {
    const { status, why, software } = await checkEngine(id)
    if (status === 'passed' && !software) there.push(id)
    else absent.push(`${id}: ${software ? 'its GPU is one in software' : `${status}, ${why}`}`)
  }
  const rows: Row[] = []
  for (const [backbone, batches] of Object.entries(BACKBONE_BATCHES)) {
    if (only && !only.includes(backbone)) continue
    for (const what of ['forward', 'training'] as const) {
      const size = BACKBONES[backbone as keyof typeof BACKBONE_BATCHES].preprocess.size
      for (const engine of [...there.filter((id) => can(id, what)), 'pytorch' as const]) {
        say(`${backbone}, ${what}: ${engine}`)
        const small = engine === 'wasm' && what === 'training'
        const batch = small ? WASM_TRAINING_BATCH : batches[what]
        rows.push(await measure({ backbone, engine, what, batch, size }))
      }
    }
  }
  return {
    results: { rows, absent },
    ratios: ratiosOf(rows),
    lines: [...rows.map(lineOf), ...absent.map((line) => `not measured: ${line}`)],
  }
}

/** What only trains also runs forward, for the frozen part. */
function can(id: EngineId, what: What): boolean {
  return what === 'forward' || engineEntry(id).training !== undefined
}

async function measure({
  backbone,
  engine,
  what,
  batch,
  size,
}: Pick<Row, 'backbone' | 'engine' | 'what' | 'batch'> & { size: number }): Promise<Row> {
  const row = { backbone, engine, what, batch }
  const how = ['--batch', String(batch), '--seconds', String(SECONDS)]
  const [command, args] =
    engine === 'pytorch'
      ? (['python3', [PEER, backbone, what, ...how, '--size', String(size)]] as const)
      : ([process.execPath, [OURS, engine, backbone, what, ...how]] as const)
  const signal = AbortSignal.timeout(LONGEST_MS)
  const { status, stdout, stderr } = await collect(command, args, { signal })
  if (status === 0) {
    const { img_s, peak_mb } = JSON.parse(stdout.trim().split('\n').at(-1)!)
    return { ...row, img_s, peak_mb }
  }
  const words = stderr.trim().split('\n').at(-1)
  const failed = signal.aborted ? `takes longer than ${LONGEST_MS / 1000} s` : words || `status ${status}`
  return { ...row, img_s: null, peak_mb: null, failed }
}

/** The fastest engine beside PyTorch, by backbone: null where one of them has no figure. */
function ratiosOf(rows: readonly Row[]): Report['ratios'] {
  const ratios: Report['ratios'] = {}
  for (const peer of rows.filter(({ engine }) => engine === 'pytorch')) {
    const ours = rows.filter(
      ({ engine, backbone, what }) =>
        engine !== 'pytorch' && backbone === peer.backbone && what === peer.what,
    )
    const fastest = Math.max(0, ...ours.map(({ img_s }) => img_s ?? 0))
    ratios[`${peer.backbone}_${peer.what}`] = peer.img_s && fastest ? fastest / peer.img_s : null
  }
  return ratios
}

function lineOf({ backbone, engine, what, batch, img_s, peak_mb, failed }: Row): string {
  const figures =
    img_s === null
      ? `not measured: ${failed}`
      : `${img_s.toFixed(img_s < 10 ? 2 : 1).padStart(7)} images/s, peak ${peak_mb ?? '–'} MB`
  return `${backbone.padEnd(22)} ${what.padEnd(9)} ${engine.padEnd(21)} batch ${batch}  ${figures}`
}

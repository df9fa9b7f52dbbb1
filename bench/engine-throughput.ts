/**
 * `node bench/engine-throughput.ts ENGINE BACKBONE forward|training --batch N --seconds N`: images/s of one engine in a
 * process of its own, and its peak memory, as one JSON line like the peer's.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { backboneEntry } from '../lib/backbone/registry.ts'
import { ENGINE_IDS, type EngineEntry, engineEntry } from '../server/engines/catalogue.ts'
import { allCores, forwardThroughput, trainingThroughput } from '../server/engines/check/throughput.ts'
import type { InferenceEngine } from '../server/engines/inference-engine.ts'
import { interpretedSession } from '../server/engines/interpreted.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { batch: { type: 'string', default: '8' }, seconds: { type: 'string', default: '5' } },
})
const [wanted = '', backbone = '', what = 'forward'] = positionals
const id = ENGINE_IDS.find((known) => known === wanted)
if (!id) throw new Error(`There is no engine "${wanted}".`)
const entry = engineEntry(id)
const settings = {
  graph: backboneEntry(backbone).build(),
  batch: Number(values.batch),
  forMs: Number(values.seconds) * 1000,
}
const probe = await (entry.inference?.(1) ?? entry.training!()).probe()
if (!probe.available) throw new Error(`${id} is not there: ${probe.why}`)
const rate =
  what === 'training'
    ? await trainingThroughput(entry.training!(), settings)
    : await forwardThroughput(forwardOf(entry), settings)
const line = JSON.stringify({ version: probe.version, img_s: rate, peak_mb: peakMegabytes() })
// Native engines keep threads that Node would wait for.
process.stdout.write(`${line}\n`, () => process.exit(0))

/** What only trains runs forward by the interpreter, as it does for a frozen prefix. */
function forwardOf({ inference, training }: EngineEntry): InferenceEngine {
  if (inference) return inference(allCores())
  const engine = training!()
  return {
    id: 'wasm',
    probe: engine.probe,
    open: async (graph, weights, outputs) =>
      interpretedSession((await engine.open()).tf, graph, weights, outputs),
  }
}

/** The most memory that this process ever had, where Linux tells. */
function peakMegabytes(): number | null {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))
    return found ? Math.round(Number(found[1]) / 1024) : null
  } catch {
    return null
  }
}

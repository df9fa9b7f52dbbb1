import { Problem } from '../../../lib/problem.ts'
import { type MeasuredFile, measuredFile } from '../../engines/check/measured.ts'
import { trainingSelfTest } from '../../engines/self-test/training-self-test.ts'
import { tensorflowEngine } from '../../engines/tensorflow/engine.ts'
import type { TrainingDevice, TrainingEngine } from '../../engines/training-engine.ts'
import { wasmTrainingEngine } from '../../engines/wasm/training-engine.ts'
import { webgpuTrainingEngine } from '../../engines/webgpu/training-engine.ts'

export type ChosenEngine = {
  readonly device: TrainingDevice
  /** What people should know of the choice. */
  readonly says?: string
}

/** Names the engine that trains, whatever was measured. */
export const TRAINING_SETTING = 'WHIPPET_TRAINING_ENGINE'

/** What is faster where nothing was measured; every install has the last one. */
const ENGINES: readonly (() => TrainingEngine)[] = [
  tensorflowEngine,
  webgpuTrainingEngine,
  wasmTrainingEngine,
]

/**
 * The first engine that passes its self-test: in the order of what was measured on this machine, else TensorFlow, WebGPU
 * on a real GPU, WebAssembly.
 *
 * @throws Problem `engines/bad-setting` where the environment names an engine that there is not, `engines/absent` where
 * the one that it names can't be used, or none can.
 */
export async function chooseTrainingEngine({
  wanted = process.env[TRAINING_SETTING],
  engines = ENGINES.map((make) => make()),
  file = measuredFile(),
}: {
  wanted?: string | undefined
  engines?: readonly TrainingEngine[]
  file?: MeasuredFile
} = {}): Promise<ChosenEngine> {
  const refusals: string[] = []
  for (const engine of wanted ? [named(wanted, engines)] : await inOrder(engines, file)) {
    const tested = await trainingSelfTest(engine)
    if (tested.status === 'passed' && (wanted || !tested.software))
      return { device: await engine.open(), ...saying(engine.id, refusals) }
    if (tested.status !== 'passed') refusals.push(tested.why.replace(/\.$/, ''))
  }
  throw new Problem('engines/absent', {
    says: `Nothing can train here: ${refusals.join('; ')}.`,
    advice: 'Run "whippet doctor".',
  })
}

function saying(id: TrainingEngine['id'], refusals: readonly string[]): Pick<ChosenEngine, 'says'> {
  if (id !== 'wasm' || refusals.length === 0) return {}
  return {
    says: `${refusals[0]}. WebAssembly trains instead: to the same end, several times slower.`,
  }
}

function named(wanted: string, engines: readonly TrainingEngine[]): TrainingEngine {
  const found = engines.find(({ id }) => id === wanted)
  if (found) return found
  throw new Problem('engines/bad-setting', {
    says: `${TRAINING_SETTING} is "${wanted}", and no engine that trains is called so.`,
    advice: `Set it to one of ${engines.map(({ id }) => id).join(', ')}, or leave it out: then the fastest is used.`,
  })
}

/** Measured ones by their speed; the order stays for the rest. What is not there is not asked for its version twice. */
async function inOrder(engines: readonly TrainingEngine[], file: MeasuredFile): Promise<TrainingEngine[]> {
  const speeds = new Map<TrainingEngine, number>()
  for (const engine of engines) {
    const speed = await file.latest(engine.id)
    if (speed?.training !== undefined) speeds.set(engine, speed.training)
  }
  const known = engines.filter((engine) => speeds.has(engine))
  const bySpeed = known.toSorted((a, b) => speeds.get(b)! - speeds.get(a)!)
  return engines.map((engine) => (speeds.has(engine) ? bySpeed.shift()! : engine))
}

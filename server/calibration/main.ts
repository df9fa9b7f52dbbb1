import { setPriority } from 'node:os'
import { Problem } from '../../lib/problem.ts'
import type { NetworkKind, Speeds } from '../../lib/strategy/minutes.ts'
import type { Device } from '../devices/device.ts'
import type { TrainingDevice } from '../engines/training-engine.ts'
import { livesWithParent } from '../processes/child.ts'
import { chooseTrainingEngine } from '../trainer/fine-tuning/choose-engine.ts'
import { measureInference } from './measure-inference.ts'
import { measureTraining, type TrainingMeasure } from './measure-training.ts'
import { type FromCalibrator, toCalibratorSchema } from './messages.ts'
import { measuredNetwork } from './networks.ts'

/** The calibrator process: it says which engine this machine trains with, and measures it when told to. */

// The same share of the machine as a trainer has.
setPriority(5)

livesWithParent()
const engine = chooseTrainingEngine()
engine.then(({ device }) => say({ type: 'engine', title: device.title })).catch(fail)
process.on('message', (raw: unknown) => {
  const { device } = toCalibratorSchema.parse(raw)
  void measure(device).catch(fail)
})

async function measure(here: Device): Promise<void> {
  const { device } = await engine
  const [dense, separable] = [measuredNetwork('dense'), measuredNetwork('separable')]
  const training: Speeds = {
    dense: await measureTraining(device, dense, sizeOf(device, 'dense')),
    separable: await measureTraining(device, separable, sizeOf(device, 'separable')),
  }
  const inference: Speeds = {
    dense: await measureInference(dense, here),
    separable: await measureInference(separable, here),
  }
  await say({ type: 'measured', inference, training })
  process.exit(0)
}

/** Whole networks where that is quick; WebAssembly shows its speed on the last layers. */
function sizeOf({ id, title }: TrainingDevice, kind: NetworkKind): TrainingMeasure {
  if (id === 'wasm') return kind === 'dense' ? { batchSize: 1, groups: 1 } : { batchSize: 2, groups: 3 }
  if (title.includes('GPU')) return { batchSize: 32, groups: Number.POSITIVE_INFINITY }
  return { batchSize: kind === 'dense' ? 4 : 8, groups: Number.POSITIVE_INFINITY }
}

function fail(thrown: unknown): void {
  void say({ type: 'failed', problem: Problem.from(thrown).summary() }).then(() => process.exit(1))
}

function say(message: FromCalibrator): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send?.(message, undefined, undefined, () => resolve())) resolve()
  })
}

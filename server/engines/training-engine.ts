import type { Device } from '../../lib/fine-tuning/network/pass.ts'
import type { Probe } from './inference-engine.ts'

/** An engine that is ready to train: tfjs on its active backend, with the kernels that gradients need. */
export type TrainingDevice = Device & {
  readonly id: TrainingEngine['id']
  /** For people: `tensorflow 2.21.0 on the CPU`. */
  readonly title: string
}

/** What trains a network. Every implementation passes `training-engine.suite.ts`. */
export interface TrainingEngine {
  readonly id: 'tensorflow' | 'webgpu' | 'wasm'
  /** What this machine offers, or why not: never throws. */
  probe(): Promise<Probe>
  /**
   * Makes the engine the active one of this process. Its ops block the event loop for as long as they compute: for
   * trainers, never for a server process.
   *
   * @throws Problem `engines/absent` when this machine lacks it.
   */
  open(): Promise<TrainingDevice>
}

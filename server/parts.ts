import type { Alerts } from './alerts/alerts.ts'
import type { MachineSpeed } from './calibration/lazily.ts'
import type { EngineDesk } from './engines/check/desk.ts'
import type { Evaluations } from './evaluation/evaluations.ts'
import type { Imports } from './imports/imports.ts'
import type { Bundles } from './models/bundles.ts'
import type { Exports } from './models/exports.ts'
import type { Predictor } from './models/predictor.ts'
import type { Services } from './services.ts'
import type { Sharing } from './sharing/sharing.ts'
import type { Tunes } from './tuning/tunes.ts'
import type { Viewer } from './views/viewer.ts'
import type { Worker } from './worker/open.ts'

/** The parts of a running server that answer requests. */
export type Parts = {
  readonly alerts: Alerts
  readonly worker: Worker
  readonly imports: Imports
  readonly tunes: Tunes
  readonly evaluations: Evaluations
  readonly exports: Exports
  readonly bundles: Bundles
  readonly predictor: Predictor
  readonly viewer: Viewer
  readonly sharing: Sharing
  readonly speed: MachineSpeed
  readonly engines: EngineDesk
  /** What pages read; REST reads the same. */
  readonly services: Services
  /** Where uploads are, by id. */
  readonly uploads: string
}

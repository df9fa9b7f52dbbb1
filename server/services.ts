import type { AlertsAnswer } from '../lib/alerts/alert.ts'
import type {
  DatasetDetail,
  DatasetSummary,
  ImportState,
  PicturePage,
  PictureQuery,
} from '../lib/api/datasets.ts'
import type { Engine } from '../lib/api/engines.ts'
import type { Backbone, Device } from '../lib/api/machine.ts'
import type { BundleState } from '../lib/api/models.ts'
import type { QueueState } from '../lib/api/queue.ts'
import type { RunSummary } from '../lib/api/runs.ts'
import type { Share } from '../lib/api/shares.ts'
import type { SpaceAnswer } from '../lib/api/space.ts'
import type { Tune, TuneSummary } from '../lib/api/tunes.ts'
import type { Run } from '../lib/run/run.ts'

/** What pages read. They change nothing: that goes over REST, which checks who asks. */
export type Services = {
  readonly runs: {
    /** The newest first. */
    list(limit?: number): Promise<RunSummary[]>
    find(id: string): Promise<Run | undefined>
  }
  readonly datasets: {
    /** The latest version of each name, the newest first. */
    list(): Promise<DatasetSummary[]>
    /** By version id, `name` or `name@2`. */
    find(nameOrId: string): Promise<DatasetDetail | undefined>
    pictures(versionId: string, query: PictureQuery): Promise<PicturePage>
  }
  readonly tunes: { list(): Promise<TuneSummary[]>; find(id: string): Promise<Tune | undefined> }
  /** What waits, in its order, and why nothing is begun. */
  queue(): Promise<QueueState>
  readonly imports: { list(): Promise<ImportState[]> }
  readonly machine: {
    backbones(): Promise<Backbone[]>
    devices(): Promise<Device[]>
    /** Checked when first asked for, which takes some seconds. */
    engines(): Promise<Engine[]>
    space(): Promise<SpaceAnswer>
  }
  readonly alerts: { shown(): Promise<AlertsAnswer> }
  readonly models: {
    /** Starts making the bundle where the run has a model and nobody has asked before. */
    bundle(run: string): Promise<BundleState>
  }
  readonly shares: {
    list(run: string): Promise<Share[]>
    /** The run that a token opens; undefined when it is unknown, expired or revoked. */
    open(token: string): Promise<{ share: Share; run: Run } | undefined>
  }
  /** Whether others than this machine can reach the server, and so need the admin token. */
  readonly guarded: boolean
}

const KEY = Symbol.for('whippet.services')
type Holder = { [KEY]?: Services }

/**
 * The server's parts, for pages. Next evaluates an imported module several times in one process, so a module's own
 * variable would be several; the global is one, and set once, by `server/main`.
 */
export function services(): Services {
  const found = (globalThis as Holder)[KEY]
  if (!found) throw new Error('The pages were started without the server: use "whippet serve".')
  return found
}

/**
 * @returns what takes them away again, when the server stops.
 * @throws when there are some already: one process has one database and one event bus.
 */
export function provideServices(made: Services): () => void {
  const holder = globalThis as Holder
  if (holder[KEY]) throw new Error('This process has its services already.')
  holder[KEY] = made
  return () => {
    if (holder[KEY] === made) delete holder[KEY]
  }
}

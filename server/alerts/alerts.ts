import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ALERT_VERSION, type Alert, type Delivery } from '../../lib/alerts/alert.ts'
import { percent } from '../../lib/figures.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { isOver, type Run } from '../../lib/run/run.ts'
import { writeDurably } from '../files/write-durably.ts'
import type { Log } from '../log/log.ts'
import type { Store } from '../store/open.ts'
import { type OutboxSettings, openOutbox } from './outbox.ts'
import { sendAlert } from './send.ts'
import { readAlertSettings } from './settings.ts'

export type AlertsSettings = {
  readonly store: Pick<Store, 'runs'>
  readonly dataDir: string
  /** Where the server is, for links, unless the settings name another place. */
  readonly url: () => string
  readonly log: Log
  readonly delay?: OutboxSettings['delay']
  readonly timeoutMs?: number
}

/** Tells a webhook when a run ends, fails, or somebody has to decide something: at least once each, over restarts. */
export type Alerts = {
  /** Something stands still until somebody acts. */
  decisionNeeded(problem: ProblemSummary): Promise<void>
  deliveries(): readonly Delivery[]
  close(): Promise<void>
}

/** Runs that ended while no server was there to tell, at most. */
const LOOKED_BACK = 200

export async function openAlerts(settings: AlertsSettings): Promise<Alerts> {
  const { store, dataDir, url, log, delay, timeoutMs } = settings
  const outbox = await openOutbox({
    dataDir,
    log,
    ...(delay && { delay }),
    async send(alert) {
      const wanted = await readAlertSettings(dataDir)
      if (!wanted) return false
      await sendAlert(alert, wanted, timeoutMs)
      return true
    },
  })
  const told = await openTold(dataDir)
  let working: Promise<void> = Promise.resolve()

  async function tell(alert: (link: string) => Alert | undefined, since: string): Promise<void> {
    const wanted = await readAlertSettings(dataDir)
    if (!wanted || since < wanted.since) return
    const made = alert(wanted.link ?? url())
    if (!made || made.kind === 'test' || !wanted.on.includes(made.kind) || told.has(made.id)) return
    await outbox.add(made)
    await told.add(made.id)
  }

  async function ended(id: string): Promise<void> {
    const run = await store.runs.find(id)
    // Trials of a search are many, and the search's business.
    if (run?.endedAt && isOver(run.state) && !run.settings.trial)
      await tell((link) => alertOf(run, link), run.endedAt)
  }

  const inTurn = (work: () => Promise<void>) => {
    working = working
      .then(work)
      .catch((thrown: unknown) => log.problem(Problem.from(thrown), { part: 'alerts' }))
    return working
  }
  const unsubscribe = store.runs.subscribeToAll((id, { type }) => {
    if (type === 'succeeded' || type === 'stopped' || type === 'failed') void inTurn(() => ended(id))
  })
  // What a server that was killed did not get to tell.
  void inTurn(async () => {
    const wanted = await readAlertSettings(dataDir)
    if (!wanted) return
    for (const { id, seq, endedAt } of await store.runs.list(LOOKED_BACK)) {
      if (endedAt && endedAt >= wanted.since && !told.has(`${id}-${seq}`)) await ended(id)
    }
  })

  return {
    decisionNeeded: (problem) => {
      const at = new Date().toISOString()
      const id = `decision-${at}`
      return inTurn(() =>
        tell(
          () => ({ version: ALERT_VERSION, id, kind: 'decision-needed', at, says: problem.says, problem }),
          at,
        ),
      )
    },
    deliveries: () => outbox.deliveries(),
    async close() {
      unsubscribe()
      await working
      await outbox.close()
    },
  }
}

/** What is told of a run that is over. */
export function alertOf(run: Run, link: string): Alert | undefined {
  const { id, seq, dataset, settings, state, endedAt, evaluation } = run
  if (!endedAt || (state.status !== 'succeeded' && state.status !== 'stopped' && state.status !== 'failed'))
    return undefined
  const score = evaluation ? `, top-1 ${percent(evaluation.top1)} of ${evaluation.images} test pictures` : ''
  const why = state.status === 'failed' ? `: ${state.problem.says}` : ''
  return {
    version: ALERT_VERSION,
    id: `${id}-${seq}`,
    kind: state.status === 'failed' ? 'run-failed' : 'run-ended',
    at: endedAt,
    says: `Run ${id} on ${dataset.name} ${WORDS[state.status]}${score}${why}`,
    run: {
      id,
      dataset: dataset.name,
      backbone: settings.backbone,
      state: state.status,
      ...(evaluation && { top1: evaluation.top1, images: evaluation.images }),
      link: new URL(`/runs/${id}`, link).href,
    },
    ...(state.status === 'failed' && { problem: state.problem }),
  }
}

const WORDS = { succeeded: 'succeeded', stopped: 'was stopped', failed: 'failed' }

/** Ids of the alerts that are in the outbox or have left it, the last few hundred. */
async function openTold(dataDir: string) {
  const file = join(dataDir, 'alerts', 'told.json')
  const text = await readFile(file, 'utf8').catch(() => '[]')
  const read = z.array(z.string()).safeParse(parsed(text))
  const ids = new Set(read.success ? read.data : [])
  return {
    has: (id: string) => ids.has(id),
    async add(id: string) {
      ids.add(id)
      for (const old of ids) {
        if (ids.size <= 5 * LOOKED_BACK) break
        ids.delete(old)
      }
      await writeDurably(file, JSON.stringify([...ids]))
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

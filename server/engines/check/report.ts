import type { Engine } from '../../../lib/api/engines.ts'
import { ENGINE_IDS, type EngineId, engineEntry } from '../catalogue.ts'
import { checkEngine } from './check-engine.ts'
import { type MeasuredFile, measuredFile } from './measured.ts'
import type { Checked } from './messages.ts'

export type ReportSettings = {
  /** Measures images/s: anew, or only where nothing is known; otherwise what was measured before is told. */
  readonly measure?: boolean | 'missing'
  readonly ids?: readonly EngineId[]
  readonly signal?: AbortSignal | undefined
  readonly file?: MeasuredFile
  readonly check?: typeof checkEngine
  /** Told before each engine, which takes a second, or some with measuring. */
  readonly onEngine?: (id: EngineId) => void
}

/** Every engine: what was found, whether it passes, what it is used for, how fast it is, and how to get what is missing. */
export async function reportEngines(settings: ReportSettings = {}): Promise<Engine[]> {
  const { measure = false, ids = ENGINE_IDS, signal, file = measuredFile() } = settings
  const { check = checkEngine, onEngine } = settings
  const engines: Engine[] = []
  // One after the other: two at once would measure each other.
  for (const id of ids) {
    onEngine?.(id)
    const known = measure === 'missing' && (await file.latest(id)) !== undefined
    const checked = await check(id, { measure: measure !== false && !known, signal })
    if (signal?.aborted) break
    engines.push(await engineOf(id, checked, file))
  }
  return engines
}

async function engineOf(id: EngineId, checked: Checked, file: MeasuredFile): Promise<Engine> {
  const { status, version, why, software, forward, training } = checked
  const { usedFor, advice } = engineEntry(id)
  if (version && (forward ?? training) !== undefined)
    await file.keep(id, version, { forward, training, at: new Date().toISOString() })
  const measured = version && status === 'passed' ? await file.find(id, version) : undefined
  return {
    id,
    selfTest: status,
    usedFor,
    ...(version && { version }),
    ...(software && { software }),
    ...(why && { why }),
    ...(status !== 'passed' && { advice }),
    ...(measured && { measured }),
  }
}

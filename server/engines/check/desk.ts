import type { Engine } from '../../../lib/api/engines.ts'
import { type ReportSettings, reportEngines } from './report.ts'

/** What a server knows of the machine's engines: checked when first asked for, measured on request. */
export type EngineDesk = {
  list(): Promise<Engine[]>
  /** One measuring at a time: who asks meanwhile gets the same. */
  measure(): Promise<Engine[]>
  close(): void
}

export function openEngineDesk(
  report: (settings: ReportSettings) => Promise<Engine[]> = reportEngines,
): EngineDesk {
  const closing = new AbortController()
  const { signal } = closing
  let known: Promise<Engine[]> | undefined
  let measuring: Promise<Engine[]> | undefined
  return {
    list() {
      known ??= report({ signal })
      return known
    },
    measure() {
      measuring ??= report({ measure: true, signal }).finally(() => {
        measuring = undefined
      })
      known = measuring
      return measuring
    },
    close: () => closing.abort(),
  }
}

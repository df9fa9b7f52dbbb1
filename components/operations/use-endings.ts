'use client'

import { useEffect, useRef } from 'react'
import type { RunSummary } from '../../lib/api/runs.ts'
import { endingsOf } from '../../lib/run/endings.ts'
import { useLiveOverview } from '../live/use-overview.ts'

/** Notifies of runs that end while the page is open: of `run`, or of all. A click leads to the run. */
export function useEndings(active: boolean, run: string | undefined): void {
  const overview = useLiveOverview()
  const known = useRef<readonly RunSummary[]>(undefined)
  useEffect(() => {
    if (!overview) return
    const ended = known.current ? endingsOf(known.current, overview.runs) : []
    known.current = overview.runs
    if (!active) return
    for (const each of ended) if (run === undefined || each.run === run) notify(each)
  }, [overview, active, run])
}

function notify({ run, title, body }: ReturnType<typeof endingsOf>[number]): void {
  // The tag: several pages that are open show it once.
  const notification = new Notification(title, { body, tag: `whippet-${run}` })
  notification.onclick = () => {
    window.focus()
    if (location.pathname !== `/runs/${run}`) location.assign(`/runs/${run}`)
    notification.close()
  }
}

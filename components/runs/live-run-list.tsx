'use client'

import type { ReactNode } from 'react'
import type { RunSummary } from '../../lib/api/runs.ts'
import { mergeRuns } from '../../lib/live/merge-overview.ts'
import { useLiveOverview } from '../live/use-overview.ts'
import { RunList } from './run-list.tsx'

type Props = { initial: readonly RunSummary[]; titles: Readonly<Record<string, string>>; empty: ReactNode }

/** All runs, live. */
export function LiveRunList({ initial, titles, empty }: Props) {
  const overview = useLiveOverview()
  const runs = mergeRuns(initial, overview?.runs ?? [])
  return runs.length === 0 ? empty : <RunList runs={runs} titles={titles} />
}

'use client'

import Link from 'next/link'
import type { Overview } from '../../lib/live/protocol.ts'
import { RunningImports } from '../datasets/running-imports.tsx'
import { useOverview } from '../live/use-overview.ts'
import { RunList } from '../runs/run-list.tsx'
import { DeviceCards } from './device-cards.tsx'
import { RunningRun } from './running-run.tsx'

type Props = { initial: Overview; titles: Readonly<Record<string, string>> }

/** How many ended runs the home page has room for. */
const LATEST = 8

/** What runs now, what came out last, and who does it; live. */
export function HomeView({ initial, titles }: Props) {
  const { runs, imports, devices } = useOverview(initial)
  const running = runs.filter((run) => !run.over)
  const over = runs.filter((run) => run.over).slice(0, LATEST)
  return (
    <div className="grid grid-cols-1 gap-8">
      <section aria-label="Now" className="grid grid-cols-1 gap-3">
        <h2>Now</h2>
        {running.map((run) => (
          <RunningRun key={run.id} run={run} backbone={titles[run.backbone] ?? run.backbone} />
        ))}
        <RunningImports initial={imports} />
        {running.length === 0 && !imports.some(({ state }) => state.status === 'running') && (
          <p className="text-soft">Nothing runs.</p>
        )}
      </section>
      {over.length > 0 && (
        <section aria-label="Latest results">
          <div className="mb-3 flex items-baseline">
            <h2>Latest results</h2>
            <Link href="/runs" className="ml-auto rounded-sm text-[13px] text-soft hover:text-ink">
              All runs
            </Link>
          </div>
          <RunList runs={over} titles={titles} />
        </section>
      )}
      <section aria-label="Devices">
        <h2 className="mb-3">Devices</h2>
        <DeviceCards devices={devices} runs={runs} />
      </section>
    </div>
  )
}

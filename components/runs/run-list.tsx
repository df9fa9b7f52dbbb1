'use client'

import Link from 'next/link'
import type { RunSummary } from '../../lib/api/runs.ts'
import { count, counted, duration, percent, plusMinus, speed } from '../../lib/figures.ts'
import { When } from '../ui/when.tsx'
import { StatusBadge } from './status.tsx'

/** Runs, one a line. */
export function RunList({
  runs,
  titles,
}: {
  runs: readonly RunSummary[]
  titles: Readonly<Record<string, string>>
}) {
  return (
    <ul className="overflow-hidden rounded-lg border border-line bg-card">
      {runs.map((run) => (
        <li key={run.id} className="border-t border-line first:border-t-0">
          <Link
            href={`/runs/${run.id}`}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 -outline-offset-2 hover:bg-hover md:flex-nowrap"
          >
            <span className="min-w-0 flex-1 truncate">
              <span className="font-medium">{run.dataset.name}</span>
              <span className="text-soft">
                {' '}
                · {titles[run.backbone] ?? run.backbone} · {counted(run.dataset.classes, 'class', 'classes')}
              </span>
            </span>
            <span className="min-w-0 truncate text-soft max-md:order-last max-md:w-full md:max-w-[45%]">
              {about(run)}
            </span>
            <StatusBadge status={run.status} />
            <span className="w-24 text-right text-soft max-md:hidden">
              <When at={run.endedAt ?? run.queuedAt} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** The one thing to know of a run: how far it is, how good it became, or why it did not. */
function about({ progress, top1, top1Interval, images, problem, over }: RunSummary) {
  if (problem) return problem.says
  if (top1 !== undefined && images !== undefined) {
    return (
      <>
        <span className="font-medium text-ink">{percent(top1)}</span> of {count(images)}
        {top1Interval && `, ${plusMinus(top1Interval)}`}
      </>
    )
  }
  if (over || !progress) return ''
  const { done, total, imagesPerSecond, etaSeconds } = progress
  const left = etaSeconds === undefined ? '' : `, ${duration(etaSeconds)} left`
  return `${count(done)} of ${count(total)}, ${speed(imagesPerSecond)}${left}`
}

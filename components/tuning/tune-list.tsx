import Link from 'next/link'
import type { TuneSummary } from '../../lib/api/tunes.ts'
import { percent } from '../../lib/figures.ts'
import { When } from '../ui/when.tsx'
import { TuneBadge } from './tune-badge.tsx'

/** Tunes, one a line; nothing where there are none. */
export function TuneList({
  tunes,
  titles,
}: {
  tunes: readonly TuneSummary[]
  titles: Readonly<Record<string, string>>
}) {
  if (tunes.length === 0) return null
  return (
    <section className="mt-8">
      <h2 className="mb-3">Tunes</h2>
      <ul className="overflow-hidden rounded-lg border border-line bg-card">
        {tunes.map(({ id, dataset, backbone, planned, over, best, status, createdAt, endedAt }) => (
          <li key={id} className="border-t border-line first:border-t-0">
            <Link
              href={`/tunes/${id}`}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 -outline-offset-2 hover:bg-hover md:flex-nowrap"
            >
              <span className="min-w-0 flex-1 truncate">
                <span className="font-medium">{dataset.name}</span>
                <span className="text-soft"> · {titles[backbone] ?? backbone}</span>
              </span>
              <span className="text-soft tabular-nums max-md:order-last max-md:w-full">
                {over} of {planned}
                {best && `, best ${percent(best.validationTop1)} on validation`}
              </span>
              <TuneBadge status={status} />
              <span className="w-24 text-right text-soft max-md:hidden">
                <When at={endedAt ?? createdAt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

import Link from 'next/link'
import type { Device } from '../../lib/api/machine.ts'
import type { RunSummary } from '../../lib/api/runs.ts'
import { speed } from '../../lib/figures.ts'

/** The machine's devices, and which run holds each. */
export function DeviceCards({ devices, runs }: { devices: readonly Device[]; runs: readonly RunSummary[] }) {
  return (
    <ul className="overflow-hidden rounded-lg border border-line bg-card">
      {devices.map(({ id, title, run, imagesPerSecond }) => (
        <li
          key={id}
          className="flex flex-wrap items-center gap-x-3 border-t border-line px-4 py-2.5 first:border-t-0"
        >
          <span className="font-medium">{id}</span>
          <span className="min-w-0 flex-1 truncate text-soft">{title}</span>
          {imagesPerSecond !== undefined && imagesPerSecond > 0 && (
            <span className="text-soft">{speed(imagesPerSecond)}</span>
          )}
          {run === undefined ? (
            <span className="text-soft">free</span>
          ) : (
            <Link href={`/runs/${run}`} className="underline underline-offset-2">
              {runs.find((one) => one.id === run)?.dataset.name ?? 'a run'}
            </Link>
          )}
        </li>
      ))}
    </ul>
  )
}

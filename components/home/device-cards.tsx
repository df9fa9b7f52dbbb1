'use client'

import Link from 'next/link'
import type { DeviceUse } from '../../lib/api/device-use.ts'
import type { Device } from '../../lib/api/machine.ts'
import type { RunSummary } from '../../lib/api/runs.ts'
import { bytes, percent, speed } from '../../lib/figures.ts'
import { useDeviceUse } from '../live/use-device-use.ts'

/**
 * Devices: which run holds each, how fast it goes, and how busy, full and warm this machine's are; live. Workers' devices
 * follow with the name of their machine.
 */
export function DeviceCards({ devices, runs }: { devices: readonly Device[]; runs: readonly RunSummary[] }) {
  const uses = useDeviceUse()
  return (
    <ul className="overflow-hidden rounded-lg border border-line bg-card">
      {devices.map(({ machine, id, title, run, imagesPerSecond }) => (
        <li
          key={`${machine} ${id}`}
          className="flex flex-wrap items-center gap-x-4 gap-y-0.5 border-t border-line px-4 py-2.5 first:border-t-0"
        >
          <span className="font-medium">{machine ? `${machine} ${id}` : id}</span>
          <span className="min-w-0 flex-1 basis-40 truncate text-soft" title={title}>
            {title}
          </span>
          {!machine && <Use use={uses.find((one) => one.id === id)} />}
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

/** Each figure where the driver tells it, in places that don't move while the figures change. */
function Use({ use }: { use: DeviceUse | undefined }) {
  if (!use) return null
  const { utilisation, memory, temperature } = use
  return (
    <span className="flex flex-wrap items-center gap-x-4 text-soft">
      {utilisation !== undefined && (
        <span className="flex items-center gap-2">
          <span aria-hidden className="h-1 w-16 overflow-hidden rounded-full bg-hover">
            <span
              className="block h-full bg-soft"
              style={{ width: percent(utilisation, 0).replace(' ', '') }}
            />
          </span>
          <span className="min-w-[6.5ch] text-right">{percent(utilisation, 0)} busy</span>
        </span>
      )}
      {memory && (
        <span>
          {bytes(memory.usedBytes)} of {bytes(memory.totalBytes)}
        </span>
      )}
      {temperature !== undefined && <span>{temperature} °C</span>}
    </span>
  )
}

import { Fragment } from 'react'
import type { Device } from '../../lib/api/machine.ts'

/** This machine's devices and those of workers, one a line, with their speed or that they are free. */
export function Devices({ devices }: { devices: readonly Device[] }) {
  if (devices.length === 0) return null
  return (
    <div className="mt-5 px-2 text-soft">
      <h2 className="mb-1.5 font-normal">Devices</h2>
      <ul className="grid grid-cols-1 gap-1.5">
        {devices.map(({ machine, id, title, run, imagesPerSecond }, i) => (
          <Fragment key={`${machine} ${id}`}>
            {machine && machine !== devices[i - 1]?.machine && <li className="truncate">{machine}</li>}
            <li className={`flex min-w-0 justify-between gap-2 ${machine ? 'pl-2' : ''}`}>
              <span className="min-w-0 truncate" title={title}>
                {id}
              </span>
              <span className="whitespace-nowrap">
                {run === undefined
                  ? 'free'
                  : imagesPerSecond
                    ? `${Math.round(imagesPerSecond)} img/s`
                    : 'busy'}
              </span>
            </li>
          </Fragment>
        ))}
      </ul>
    </div>
  )
}

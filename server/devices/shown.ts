import type { Device } from '../../lib/api/machine.ts'
import { progressOf } from '../../lib/run/progress.ts'
import type { Run } from '../../lib/run/run.ts'
import type { TeamDevice } from '../queue/team-devices.ts'
import type { MachineDevice } from './device.ts'

type Known = {
  readonly machine: string
  readonly devices: readonly MachineDevice[]
  /** Of every machine that does the same queue; empty where it is this one's alone. */
  readonly team: readonly TeamDevice[]
  /** The id of the run that this process does on a device. */
  readonly holder: (device: string) => string | undefined
  /** Of the runs that are not over. */
  readonly find: (run: string) => Run | undefined
}

/**
 * Devices as pages show them, each with the run that holds it and its share of that run's images/s: this machine's first,
 * then those of other workers.
 */
export function shownDevices({ machine, devices, team, holder, find }: Known): Device[] {
  // Another process of this machine may hold what this one does not.
  const leased = (id: string) => team.find((one) => one.machine === machine && one.id === id)?.run
  // A run that is over is not shown as busy for the moment that clearing up takes.
  const doing = (id: string) => find(holder(id) ?? '')?.id
  const own = devices.map(({ id, title }) => ({ id, title, run: doing(id) ?? leased(id) }))
  const all = [...own, ...team.filter((one) => one.machine !== machine)]
  return all.map(({ run: id, ...device }) => {
    if (id === undefined) return device
    const run = find(id)
    const speed = run && progressOf(run).imagesPerSecond
    const held = all.filter((other) => other.run === id).length
    return { ...device, run: id, ...(speed !== undefined && { imagesPerSecond: speed / held }) }
  })
}

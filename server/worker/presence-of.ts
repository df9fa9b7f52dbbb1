import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { MachineDevice } from '../devices/device.ts'
import type { Presence } from '../queue/presence.ts'
import { version } from '../version.ts'

/** `WHIPPET_MACHINE` names the machine where its host name does not. */
export function machineName(): string {
  return process.env.WHIPPET_MACHINE || hostname()
}

/** How this process shows itself to the others. */
export function presenceOf({
  home,
  owns,
  devices,
}: {
  home: string
  owns?: string
  devices: readonly MachineDevice[]
}): Presence {
  return {
    id: randomUUID(),
    machine: machineName(),
    home,
    owns,
    version: version(),
    pid: process.pid,
    devices: devices.map(({ id }) => id),
    titles: Object.fromEntries(devices.map(({ id, title }) => [id, title])),
  }
}

import type { DeviceUse } from '../../lib/api/device-use.ts'
import type { Device } from '../devices/device.ts'
import { deviceUses } from '../devices/use.ts'
import type { LiveSocket, Watching } from './watching.ts'

const EVERY_MS = 2000

/** What devices are busy with, told every two seconds to those who asked; while nobody has, nothing is read. */
export type DeviceUseTeller = {
  answer(socket: LiveSocket, watching: Watching): void
  close(): void
}

export type DeviceUseSettings = {
  readonly devices: () => Promise<readonly Pick<Device, 'id' | 'kind'>[]>
  readonly read?: ReturnType<typeof deviceUses>
  readonly everyMs?: number
}

export function tellDeviceUse({
  devices,
  read = deviceUses(),
  everyMs = EVERY_MS,
}: DeviceUseSettings): DeviceUseTeller {
  const listeners = new Map<LiveSocket, () => void>()
  let latest: DeviceUse[] = []
  let timer: NodeJS.Timeout | undefined

  /** The next reading begins when the last has been told: a driver that is slow is not asked twice at once. */
  async function tell(): Promise<void> {
    latest = await devices().then(read, () => [])
    for (const pull of listeners.values()) pull()
    timer = listeners.size > 0 ? setTimeout(tell, everyMs).unref() : undefined
  }

  return {
    answer(socket, { outlet }) {
      const source = () => {
        if (listeners.has(socket)) socket.emit('deviceUse', { devices: latest })
        return false
      }
      socket.on('watchDeviceUse', () => {
        listeners.set(socket, () => outlet.pull(source))
        timer ??= setTimeout(tell, 0).unref()
      })
      const forget = () => void listeners.delete(socket)
      socket.on('unwatchDeviceUse', forget)
      socket.on('disconnect', forget)
    },
    close() {
      listeners.clear()
      clearTimeout(timer)
    },
  }
}

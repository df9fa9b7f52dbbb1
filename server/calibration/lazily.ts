import { Problem } from '../../lib/problem.ts'
import type { DeviceCalibration } from '../../lib/strategy/minutes.ts'
import type { Device } from '../devices/device.ts'
import { calibrate } from './calibrate.ts'
import { readCalibration } from './record.ts'

/** How fast this machine is, measured when somebody wants to know and nothing else has the device. */
export type MachineSpeed = {
  /** What is known. Where something is not, measuring begins, unless a run has a device or it failed before. */
  known(): Promise<{ devices: readonly DeviceCalibration[]; measuring: boolean }>
  /** Resolves once nothing is being measured. */
  settled(): Promise<void>
  close(): Promise<void>
}

export type MachineSpeedSettings = {
  readonly dataDir: string
  readonly devices: () => Promise<readonly Device[]>
  readonly isBusy: (device: string) => boolean
  readonly log: (problem: Problem) => void
  readonly measure?: typeof calibrate
}

export function openMachineSpeed({
  dataDir,
  devices: listDevices,
  isBusy,
  log,
  measure = calibrate,
}: MachineSpeedSettings): MachineSpeed {
  const end = new AbortController()
  let measuring: Promise<void> | undefined
  /** The engine that was measured may have been set up anew since: asked once per server. */
  let asked = false

  async function begin(devices: readonly Device[]): Promise<void> {
    try {
      await measure(dataDir, { devices, signal: end.signal })
    } catch (thrown) {
      if (!end.signal.aborted) log(Problem.from(thrown))
    } finally {
      measuring = undefined
    }
  }

  return {
    async known() {
      const devices = await listDevices()
      const known = await readCalibration(dataDir, devices)
      if (!asked && !end.signal.aborted && !devices.some(({ id }) => isBusy(id))) {
        asked = true
        measuring = begin(devices)
      }
      return { devices: known, measuring: measuring !== undefined && known.length < devices.length }
    },
    async settled() {
      await measuring
    },
    async close() {
      end.abort()
      await measuring
    },
  }
}

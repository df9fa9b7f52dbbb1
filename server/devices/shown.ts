import type { Device } from '../../lib/api/machine.ts'
import type { Run } from '../../lib/run/run.ts'
import type { MachineDevice } from './device.ts'

/** The machine's devices as pages show them, each with the run that holds it. */
export function shownDevices(
  devices: readonly MachineDevice[],
  holder: (device: string) => Run | undefined,
): Device[] {
  return devices.map(({ id, title }) => {
    const run = holder(id)
    const progress = run && 'progress' in run.state ? run.state.progress : undefined
    return {
      id,
      title,
      ...(run && { run: run.id }),
      ...(progress && { imagesPerSecond: progress.imagesPerSecond }),
    }
  })
}

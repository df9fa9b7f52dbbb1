import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import { devicesWanted } from '../../lib/run/settings.ts'
import type { MachineDevice } from './device.ts'

/**
 * As many devices as a run asks for.
 *
 * @throws Problem `devices/too-many` when there are not so many.
 */
export function devicesFor(
  { settings }: Pick<Run, 'settings'>,
  devices: readonly MachineDevice[],
): readonly MachineDevice[] {
  const wanted = devicesWanted(settings)
  if (wanted <= devices.length) return devices.slice(0, wanted)
  throw new Problem('devices/too-many', {
    says: `The run asks for ${wanted} devices, and there ${devices.length === 1 ? 'is one' : `are ${devices.length}`}: ${devices.map(({ id }) => id).join(', ')}.`,
    advice: `Ask for fewer with --set devices=${devices.length}.`,
  })
}

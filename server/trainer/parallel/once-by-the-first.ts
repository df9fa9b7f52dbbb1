import { anyOf, type DeviceGroup } from '../../../lib/fine-tuning/parallel/device-group.ts'
import type { OpenData } from '../../../lib/fine-tuning/source.ts'

/** The first device fills the feature cache of a phase; the others wait for it, and find everything there. */
export function onceByTheFirst(group: DeviceGroup, open: OpenData): OpenData {
  if (group.size === 1) return open
  return async (...phase) => {
    if (group.rank > 0) await anyOf(group, false)
    const data = await open(...phase)
    if (group.rank === 0) await anyOf(group, false)
    return data
  }
}

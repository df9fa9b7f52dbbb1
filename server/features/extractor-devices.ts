import { availableParallelism } from 'node:os'
import type { Device } from '../devices/device.ts'

/**
 * The device of each extractor process: a processor has one process per core, or fewer where each has several threads; a GPU
 * has one. Devices take turns, so that the first few are spread over all.
 */
export function extractorDevices(
  devices: readonly Device[],
  { threadsPerProcess = 1 }: { threadsPerProcess?: number | undefined } = {},
): Device[] {
  const turns = devices.flatMap((device) => {
    const count = device.kind === 'cpu' ? Math.max(1, Math.floor(device.threads / threadsPerProcess)) : 1
    return Array.from({ length: count }, (_, turn) => ({ turn, device }))
  })
  return turns.sort((a, b) => a.turn - b.turn).map(({ device }) => device)
}

/** What there is where nobody says which devices to use. */
export function wholeProcessor(): Device {
  return { id: 'cpu', kind: 'cpu', index: 0, threads: availableParallelism() }
}

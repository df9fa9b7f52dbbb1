import type { DeviceGroup } from '../parallel/device-group.ts'

/** Devices of a group that live in one process, and what they have sent each other so far. */
export function inMemoryGroup(size: number): { devices: DeviceGroup[]; sums: () => number } {
  let arrived: (Float32Array | Float64Array)[] = []
  let summed = latch()
  let sums = 0
  const sum = async (values: Float32Array | Float64Array) => {
    if (arrived.some(({ length }) => length !== values.length)) throw new Error('the devices are out of step')
    const { opened, open } = summed
    arrived.push(values)
    if (arrived.length === size) {
      const [first, ...others] = arrived
      for (let i = 0; i < first!.length; i++) for (const other of others) first![i]! += other[i]!
      for (const other of others) other.set(first!)
      arrived = []
      summed = latch()
      sums++
      open()
    }
    await opened
  }
  return { devices: Array.from({ length: size }, (_, rank) => ({ rank, size, sum })), sums: () => sums }
}

function latch(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

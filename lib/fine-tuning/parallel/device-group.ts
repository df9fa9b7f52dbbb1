/**
 * The devices that train one network together. Each runs the same program on its share of every batch, and all hold the
 * same weights: what differs from one to the next, gradients and sums, goes through `sum`.
 */
export interface DeviceGroup {
  /** From 0. The first one also writes checkpoints and tells how it goes. */
  readonly rank: number
  readonly size: number
  /**
   * Replaces the values by their sum over all devices, to the same bits on each. Every device calls it at the same places
   * of the program with as many values.
   */
  sum(values: Float32Array | Float64Array): Promise<void>
}

/** One device that trains by itself. */
export const ALONE: DeviceGroup = { rank: 0, size: 1, sum: async () => {} }

/** Whether any of the devices says so; all hear the same. */
export async function anyOf(group: DeviceGroup, says: boolean): Promise<boolean> {
  const votes = Float64Array.of(says ? 1 : 0)
  await group.sum(votes)
  return votes[0]! > 0
}

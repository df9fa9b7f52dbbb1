/** One exchange around the ring: a chunk goes to the next device while another comes from the one before. */
export type RingStep = {
  readonly send: number
  readonly receive: number
  /** Whether what comes is added to what is there, or takes its place. */
  readonly adds: boolean
}

/**
 * How devices in a ring sum their values, cut into one chunk per device: first every chunk goes once around and grows, then
 * the sums do (Patarasuk & Yuan 2009). Each device sends 2 (size − 1) / size of the values, however many devices there are;
 * a chunk is added up in one order and then copied, so all end with the same bits.
 */
export function ringSteps(rank: number, size: number): RingStep[] {
  const chunk = (n: number) => ((n % size) + size) % size
  const rounds = Array.from({ length: size - 1 }, (_, i) => i)
  return [
    ...rounds.map((i) => ({ send: chunk(rank - i), receive: chunk(rank - i - 1), adds: true })),
    ...rounds.map((i) => ({ send: chunk(rank + 1 - i), receive: chunk(rank - i), adds: false })),
  ]
}

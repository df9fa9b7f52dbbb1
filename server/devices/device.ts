import { z } from 'zod'

/** What computes: a GPU, or the processor with so many of its cores. */
export const deviceSchema = z.object({
  /** Of this machine: `cpu`, `cpu:1`, `cuda:0`. */
  id: z.string(),
  kind: z.enum(['cpu', 'cuda']),
  /** Of a GPU the one that `nvidia-smi` gives it; of processors 0, 1, 2 … */
  index: z.number().int().nonnegative(),
  /** Cores that work on it may use: of a GPU, for what feeds it. */
  threads: z.number().int().positive(),
})
export type Device = z.infer<typeof deviceSchema>

/** A device with its name for people. */
export type MachineDevice = Device & { readonly title: string }

/** Cores of several devices together. */
export function threadsOf(devices: readonly Pick<Device, 'threads'>[]): number {
  return devices.reduce((sum, { threads }) => sum + threads, 0)
}

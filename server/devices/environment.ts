import { availableParallelism } from 'node:os'
import { type Device, threadsOf } from './device.ts'

/**
 * The environment in which a process sees these devices and no others. CUDA numbers GPUs by speed unless it is told to
 * number them as `nvidia-smi` does.
 */
export function environmentOf(
  devices: readonly Device[],
  base: Readonly<Record<string, string | undefined>> = process.env,
  cores = availableParallelism(),
): Record<string, string | undefined> {
  const gpus = devices.filter(({ kind }) => kind === 'cuda')
  const threads = threadsOf(devices)
  return {
    ...base,
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    CUDA_VISIBLE_DEVICES: gpus.length > 0 ? gpus.map(({ index }) => index).join(',') : '-1',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // What has the whole machine may choose by itself.
    ...(threads < cores && {
      OMP_NUM_THREADS: String(threads),
      TF_NUM_INTRAOP_THREADS: String(threads),
      TF_NUM_INTEROP_THREADS: String(threads),
    }),
  }
}

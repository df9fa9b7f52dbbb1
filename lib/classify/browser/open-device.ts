import { Problem } from '../../problem.ts'
import type { Device, Opened, OpenOptions } from './device.ts'
import type { Progress } from './fetch-model.ts'
import { workerDevice } from './worker-device.ts'

/** What another thread may be the reason for; the page's own thread is tried then. */
const WORKERS_FAULT = ['classify/worker-died', 'classify/no-backend']

/**
 * Opens a bundle's model in a worker, or in the page where workers can't do it (no canvas of their own, say).
 *
 * @throws Problem `export/damaged`, `classify/no-backend`.
 */
export async function openDevice(
  options: OpenOptions,
  onProgress: (progress: Progress) => void,
): Promise<{ device: Device; opened: Opened }> {
  if (typeof Worker !== 'undefined' && typeof OffscreenCanvas !== 'undefined') {
    const device = workerDevice(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
    try {
      return { device, opened: await device.open(options, onProgress) }
    } catch (thrown) {
      device.close()
      if (!(thrown instanceof Problem && WORKERS_FAULT.includes(thrown.code))) throw thrown
    }
  }
  const { localDevice } = await import('./device.ts')
  const device = localDevice()
  return { device, opened: await device.open(options, onProgress) }
}

import { execFile } from 'node:child_process'
import { cpus, freemem, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { DeviceUse } from '../../lib/api/device-use.ts'
import type { Device } from './device.ts'
import { gpuUses, USE_QUERY } from './nvidia-smi.ts'

export type UseSettings = {
  /** Answers like `nvidia-smi`; rejects where there is none. */
  readonly askDriver?: () => Promise<string>
  readonly cores?: () => readonly { readonly times: Readonly<Record<string, number>> }[]
}

/** Reads what devices are busy with. The processor's share is over the time since the last reading. */
export function deviceUses({ askDriver = ask, cores = cpus }: UseSettings = {}) {
  let before = timesOf(cores())
  return async (devices: readonly Pick<Device, 'id' | 'kind'>[]): Promise<DeviceUse[]> => {
    const gpus = devices.some(({ kind }) => kind === 'cuda') ? gpuUses(await askDriver().catch(() => '')) : []
    const now = timesOf(cores())
    const passed = now.all - before.all
    const busy = passed > 0 ? 1 - (now.idle - before.idle) / passed : undefined
    before = now
    return devices.map(({ id, kind }) =>
      kind === 'cuda' ? (gpus.find((gpu) => gpu.id === id) ?? { id }) : processorUse(id, busy),
    )
  }
}

/** Simulated devices share the processor: each shows the whole of it. */
function processorUse(id: string, utilisation: number | undefined): DeviceUse {
  const totalBytes = totalmem()
  return {
    id,
    ...(utilisation !== undefined && { utilisation: Math.min(1, Math.max(0, utilisation)) }),
    memory: { usedBytes: totalBytes - freemem(), totalBytes },
  }
}

/** Milliseconds that all cores together have passed, and have been idle. */
function timesOf(cores: ReturnType<NonNullable<UseSettings['cores']>>): { all: number; idle: number } {
  let [all, idle] = [0, 0]
  for (const { times } of cores) {
    all += Object.values(times).reduce((sum, time) => sum + time, 0)
    idle += times.idle ?? 0
  }
  return { all, idle }
}

const run = promisify(execFile)
const DRIVER_TIMEOUT_MS = 5000

async function ask(): Promise<string> {
  return (await run('nvidia-smi', [...USE_QUERY], { timeout: DRIVER_TIMEOUT_MS })).stdout
}

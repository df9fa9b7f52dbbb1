import type { DeviceUse } from '../../lib/api/device-use.ts'

/** What is asked of `nvidia-smi`, in the order in which {@link gpuUses} reads it; memory comes in MiB. */
export const USE_QUERY = [
  '--query-gpu=index,utilization.gpu,memory.used,memory.total,temperature.gpu',
  '--format=csv,noheader,nounits',
] as const

const MIB = 2 ** 20

/**
 * What `nvidia-smi` says of each GPU. Whatever is no number is not known: drivers write `[N/A]`, `[Not Supported]`,
 * `[Unknown Error]` or `[GPU requires reset]`, a GPU that is cut up with MIG tells no utilisation. Lines that begin
 * with no index (warnings, MIG's own lines) say nothing of a GPU.
 */
export function gpuUses(listed: string): DeviceUse[] {
  return listed.split('\n').flatMap((line): DeviceUse[] => {
    const [index = '', ...fields] = line.split(',').map((field) => field.trim())
    if (!/^\d+$/.test(index) || fields.length < 4) return []
    const [utilisation, used, total, temperature] = fields.map(numberIn)
    return [
      {
        id: `cuda:${index}`,
        ...(utilisation !== undefined && { utilisation: utilisation / 100 }),
        ...(used !== undefined &&
          total !== undefined && {
            memory: { usedBytes: used * MIB, totalBytes: total * MIB },
          }),
        ...(temperature !== undefined && { temperature }),
      },
    ]
  })
}

/** `37`, and `37 %` or `1024 MiB` of drivers that write units all the same. */
function numberIn(field: string): number | undefined {
  const [, number] = /^(-?\d+(?:\.\d+)?)(?:\s*(?:%|MiB|C))?$/.exec(field) ?? []
  return number === undefined ? undefined : Number(number)
}

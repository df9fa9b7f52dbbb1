import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { DeviceMemory } from '../../lib/strategy/memory.ts'
import type { Device } from '../devices/device.ts'

/** What each device has for training: a GPU its own memory, a processor what a process may take, shared evenly. */
export async function deviceMemories(devices: readonly Device[]): Promise<DeviceMemory[]> {
  const gpus = devices.some(({ kind }) => kind === 'cuda') ? gpuMemories(await nvidiaSmi()) : new Map()
  const processors = devices.filter(({ kind }) => kind === 'cpu').length
  const ofProcessors = processors > 0 ? (await processMemory()) / processors : 0
  return devices.flatMap(({ id, kind, index }) => {
    const memoryBytes = kind === 'cpu' ? ofProcessors : gpus.get(index)
    return memoryBytes === undefined ? [] : [{ device: id, memoryBytes }]
  })
}

/** Bytes that a process of ours may take: the machine's, or what a container or a limit leaves of it. */
export async function processMemory(): Promise<number> {
  // Where no container limits it, Node says 0, or more than any machine has.
  const contained = process.constrainedMemory() || Number.POSITIVE_INFINITY
  return Math.min(totalmem(), contained, await leftByLimits())
}

/** Limits of a process and what of each it has used, as Linux names them (`ulimit -v`, `ulimit -d`). */
const LIMITS = [
  ['Max address space', 'VmSize'],
  ['Max data size', 'VmData'],
] as const

/** What limits leave, where Linux tells: a good deal of Node's addresses never becomes memory. */
async function leftByLimits(): Promise<number> {
  const [limits, status] = await Promise.all(
    ['/proc/self/limits', '/proc/self/status'].map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  const left = LIMITS.map(([limit, used]) => {
    const soft = Number(new RegExp(`^${limit}\\s+(\\d+)`, 'm').exec(limits!)?.[1])
    const taken = Number(new RegExp(`^${used}:\\s+(\\d+) kB`, 'm').exec(status!)?.[1] ?? 0) * 1024
    return soft ? Math.max(0, soft - taken) + process.memoryUsage.rss() : Number.POSITIVE_INFINITY
  })
  return Math.min(...left)
}

/** Bytes by the driver's index, from lines of `index, mebibytes`. */
export function gpuMemories(listed: string): Map<number, number> {
  return new Map(
    [...listed.matchAll(/^\s*(\d+)\s*,\s*(\d+)\s*$/gm)].map(([, index, mebibytes]) => [
      Number(index),
      Number(mebibytes) * 2 ** 20,
    ]),
  )
}

/** Nothing where no driver answers. */
async function nvidiaSmi(): Promise<string> {
  const query = ['--query-gpu=index,memory.total', '--format=csv,noheader,nounits']
  return promisify(execFile)('nvidia-smi', query).then(
    ({ stdout }) => stdout,
    () => '',
  )
}

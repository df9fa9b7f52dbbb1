import { execFile } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { promisify } from 'node:util'
import { Problem } from '../../lib/problem.ts'
import type { MachineDevice } from './device.ts'

export type DetectSettings = {
  /** `WHIPPET_DEVICES`: `cpu,cpu` simulates two devices, `cuda:1` takes one GPU of several. */
  readonly wanted?: string | undefined
  /** `CUDA_VISIBLE_DEVICES` of this process: GPUs that it may not see are not there. */
  readonly visible?: string | undefined
  readonly cores?: number
  /** Answers like `nvidia-smi`; rejects where there is none. */
  readonly listGpus?: () => Promise<string>
}

/**
 * The devices of this machine: its GPUs, or the processor where it has none. Cores are divided among them.
 *
 * @throws Problem `devices/bad-setting` when `WHIPPET_DEVICES` names what is not there.
 */
export async function detectDevices(settings: DetectSettings = {}): Promise<MachineDevice[]> {
  const {
    wanted = process.env.WHIPPET_DEVICES,
    visible = process.env.CUDA_VISIBLE_DEVICES,
    cores = availableParallelism(),
    listGpus = askDriver,
  } = settings
  const gpus = seenOf(gpusIn(await listGpus().catch(() => '')), visible)
  const chosen = wanted?.trim() ? devicesNamed(wanted, gpus) : gpus.length > 0 ? gpus : [processor(0, 1)]
  const threads = Math.max(1, Math.floor(cores / chosen.length))
  return chosen.map(({ title, ...device }) => ({
    ...device,
    threads,
    title: device.kind === 'cpu' ? `${title}, ${threads} ${threads === 1 ? 'core' : 'cores'}` : title,
  }))
}

type Found = Omit<MachineDevice, 'threads'>

/** Of what simulates several, each has a number; a single one is just `cpu`. */
function processor(index: number, count: number): Found {
  const title = cpus()[0]?.model.trim() || 'Processor'
  return { id: count === 1 ? 'cpu' : `cpu:${index}`, kind: 'cpu', index, title }
}

/** `WHIPPET_DEVICES`, read: `cpu` and `cuda:INDEX` in any number, `cuda` for all GPUs. */
function devicesNamed(text: string, gpus: readonly Found[]): Found[] {
  const names = text.split(',').map((name) => name.trim())
  const processors = names.filter((name) => name === 'cpu').length
  let processorsSoFar = 0
  const found = names.flatMap((name): Found[] => {
    if (name === 'cpu') return [processor(processorsSoFar++, processors)]
    const named = gpus.filter(({ id }) => name === 'cuda' || id === name)
    if (named.length === 0) throw badSetting(text, name, gpus)
    return named
  })
  const twice = found.find(({ id }, i) => found.findIndex((other) => other.id === id) !== i)
  if (twice) throw badSetting(text, `${twice.id} twice`, gpus)
  return found
}

const run = promisify(execFile)
const DRIVER_TIMEOUT_MS = 10_000

async function askDriver(): Promise<string> {
  const query = ['--query-gpu=index,name', '--format=csv,noheader']
  const { stdout } = await run('nvidia-smi', query, { timeout: DRIVER_TIMEOUT_MS })
  return stdout
}

/** Lines like `0, NVIDIA H100 80GB HBM3`. */
function gpusIn(listed: string): Found[] {
  return listed.split('\n').flatMap((line): Found[] => {
    const [, index, title] = /^\s*(\d+)\s*,\s*(.+?)\s*$/.exec(line) ?? []
    if (index === undefined || title === undefined) return []
    return [{ id: `cuda:${index}`, kind: 'cuda', index: Number(index), title }]
  })
}

/** Only whole numbers are understood: names of GPUs (UUIDs) leave the choice to CUDA. */
function seenOf(gpus: Found[], visible: string | undefined): Found[] {
  if (visible === undefined || !/^\s*(-?\d+\s*,?\s*)*$/.test(visible)) return gpus
  const numbers = new Set(visible.split(',').map((text) => (text.trim() === '' ? -1 : Number(text))))
  return gpus.filter(({ index }) => numbers.has(index))
}

function badSetting(text: string, name: string, gpus: readonly Found[]): Problem {
  const there = ['cpu', ...gpus.map(({ id }) => id)]
  return new Problem('devices/bad-setting', {
    says: `WHIPPET_DEVICES is "${text}", and this machine can't give "${name}".`,
    advice: `Name what is there, with commas between: ${there.join(', ')}. Several "cpu" share the cores.`,
  })
}

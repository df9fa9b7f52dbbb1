import { readdirSync, readFileSync } from 'node:fs'

/** Proportional memory (shared pages divided among who shares them) of a process and all below it, in bytes; Linux only. */
export function treeMemory(pid: number): number {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const parent = parentOf(Number(entry))
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  const total = (at: number): number =>
    proportionalSize(at) + (children.get(at) ?? []).reduce((sum, child) => sum + total(child), 0)
  return total(pid)
}

/** Samples {@link treeMemory} until `stop()`, which answers with the highest sample; undefined where /proc is absent. */
export function watchPeak(pid: number, everyMs = 250): { stop(): number | undefined } {
  if (process.platform !== 'linux') return { stop: () => undefined }
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, treeMemory(pid))
  }, everyMs)
  return {
    stop: () => {
      clearInterval(timer)
      return peak
    },
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined // ended meanwhile
  }
}

function proportionalSize(pid: number): number {
  try {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
    return match ? Number(match[1]) * 1024 : 0
  } catch {
    return 0
  }
}

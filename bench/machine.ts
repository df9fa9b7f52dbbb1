import { arch, cpus, platform, totalmem } from 'node:os'

export type Machine = { cpu: string; cores: number; memoryGb: number; platform: string; node: string }

/** The machine that a figure belongs to. */
export function describeMachine(): Machine {
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()}-${arch()}`,
    node: process.versions.node,
  }
}

import type { Backbone } from '../../lib/api/machine.ts'
import { short } from '../../lib/figures.ts'

/** A layer group as the map draws it: its height by operations, its width by parameters. */
export type MapBar = {
  readonly name: string
  /** `blocks.3: 1.2 M parameters, 0.05 GFLOPs`. */
  readonly about: string
  readonly label: string
  /** In pixels. */
  readonly height: number
  readonly width: number
}

/** Tallest and smallest bar, in pixels. */
const TALL = 96
const LOW = 24

export const HEAD_BAR: MapBar = {
  name: 'classifier',
  about: 'head: one output per class',
  label: 'head',
  height: LOW + 16,
  width: 1,
}

export function barsOf({ groups }: Pick<Backbone, 'groups'>): MapBar[] {
  const most = Math.max(...groups.map(({ gflops }) => gflops))
  const all = groups.reduce((sum, { parameters }) => sum + parameters, 0)
  return groups.map(({ name, parameters, gflops }) => ({
    name,
    about: `${name}: ${short(parameters)} parameters, ${gflops.toFixed(2)} GFLOPs`,
    label: labelOf(name),
    height: LOW + (TALL - LOW) * Math.sqrt(gflops / most),
    width: 0.6 + (3 * groups.length * parameters) / all / 4,
  }))
}

/** `blocks.3` → `3`, `conv_head` → `conv`: the whole name is in the title. */
function labelOf(name: string): string {
  const number = /(\d+)$/.exec(name)?.[1]
  return number ?? name.split(/[._]/)[0]!.slice(0, 5)
}

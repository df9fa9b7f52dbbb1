import type { Backbone } from '../../lib/api/machine.ts'
import { short } from '../../lib/figures.ts'
import { cn } from '../ui/cn.ts'

type Group = {
  readonly name: string
  readonly title: string
  readonly height: number
  readonly width: number
  readonly trained: boolean
}

/** Tallest and smallest bar, in pixels. */
const TALL = 96
const LOW = 24

/**
 * What is frozen and what is trained, from the picture to the answer: a bar per layer group, its height by operations,
 * its width by parameters.
 */
export function FreezeMap({ backbone }: { backbone: Backbone }) {
  const groups = barsOf(backbone)
  return (
    <div>
      <ol
        className="flex h-[142px] items-end gap-[3px] overflow-x-auto overflow-y-hidden pt-3 pr-1 pb-6"
        aria-label="Layer groups, from the picture to the answer"
      >
        {groups.map((group, i) => (
          <li key={group.name} className="contents">
            {group.trained && !groups[i - 1]?.trained && <Cut />}
            <span
              title={group.title}
              className={cn(
                'relative rounded-t-[6px] rounded-b-[3px] border',
                group.trained
                  ? 'min-w-[32px] border-amber-2 bg-amber-1'
                  : 'min-w-[22px] border-ice-2 bg-ice-1',
              )}
              style={{ height: group.height, flex: group.width }}
            >
              <span className="sr-only">{group.title}</span>
              <span
                aria-hidden
                className="absolute inset-x-0 -bottom-5 text-center font-mono text-[11px] whitespace-nowrap text-soft"
              >
                {labelOf(group.name)}
              </span>
            </span>
          </li>
        ))}
      </ol>
      <p className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-[12.5px] text-soft">
        <Sign className="border-ice-2 bg-ice-2">frozen: runs once per picture, then cached</Sign>
        <Sign className="border-amber-2 bg-amber-2">trained: runs every epoch</Sign>
      </p>
    </div>
  )
}

/** Where the backbone is cut: what comes out there is cached. */
function Cut() {
  return (
    <span aria-hidden className="relative mx-1.5 w-0.5 self-stretch bg-ink">
      <span className="absolute -top-3 left-1/2 -translate-x-1/2 rounded-sm bg-ink px-1 text-[10.5px] leading-4 text-bg">
        cut
      </span>
    </span>
  )
}

function Sign({ className, children }: { className: string; children: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <i aria-hidden className={cn('size-2.5 rounded-[3px] border', className)} />
      {children}
    </span>
  )
}

function barsOf({ groups }: Backbone): Group[] {
  const most = Math.max(...groups.map(({ gflops }) => gflops))
  const all = groups.reduce((sum, { parameters }) => sum + parameters, 0)
  const bars = groups.map(({ name, parameters, gflops }) => ({
    name,
    title: `${name}: frozen, ${short(parameters)} parameters, ${gflops.toFixed(2)} GFLOPs`,
    height: LOW + (TALL - LOW) * Math.sqrt(gflops / most),
    width: 0.6 + (3 * groups.length * parameters) / all / 4,
    trained: false,
  }))
  const head = {
    name: 'head',
    title: 'head: trained, one output per class',
    height: LOW + 16,
    width: 1,
    trained: true,
  }
  return [...bars, head]
}

/** `blocks.3` → `3`, `conv_head` → `conv`: the whole name is in the title. */
function labelOf(name: string): string {
  const number = /(\d+)$/.exec(name)?.[1]
  return number ?? name.split(/[._]/)[0]!.slice(0, 5)
}

'use client'

import type { ReactNode } from 'react'
import type { Backbone } from '../../lib/api/machine.ts'
import { cn } from '../ui/cn.ts'
import { barsOf, HEAD_BAR, type MapBar } from './bars.ts'
import { Cut } from './cut.tsx'

export type GroupState = 'frozen' | 'part' | 'trained'

type Props = {
  backbone: Pick<Backbone, 'groups'>
  stateOf: (group: string) => GroupState
  /** Says more of a group, in few letters: the stage that unfreezes it. */
  signOf?: ((group: string) => { readonly sign: string; readonly words: string } | undefined) | undefined
  /** Absent: the map only shows. */
  onToggle?: ((group: string) => void) | undefined
  onCut?: ((frozen: number) => void) | undefined
}

const LOOKS: Record<GroupState, string> = {
  frozen: 'border-ice-2 bg-ice-1',
  part: 'border-amber-2 bg-[repeating-linear-gradient(135deg,var(--amber-1)_0_5px,var(--ice-1)_5px_10px)]',
  trained: 'border-amber-2 bg-amber-1',
}
const WORDS: Record<GroupState, string> = { frozen: 'frozen', part: 'partly trained', trained: 'trained' }

/** What is frozen and what is trained, from the picture to the answer: a bar per layer group, and the cut. */
export function FreezeMap({ backbone, stateOf, signOf, onToggle, onCut }: Props) {
  const bars = barsOf(backbone)
  const names = bars.map(({ name }) => name)
  const first = names.findIndex((name) => stateOf(name) !== 'frozen')
  const frozen = first < 0 ? names.length : first
  const some = (state: GroupState) => names.some((name) => stateOf(name) === state)
  return (
    <div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset does not lay its children out by flex order everywhere */}
      <div
        role="group"
        // Nothing in it can be focused where it only shows, and it may scroll.
        {...(!onToggle && { tabIndex: 0 })}
        className="flex h-[148px] items-end gap-[3px] overflow-x-auto overflow-y-hidden pt-4 pr-1 pb-6 pl-3"
        aria-label="Layer groups, from the picture to the answer"
      >
        <Cut frozen={frozen} names={names} words={cutWords(names, stateOf, frozen)} onCut={onCut} />
        {bars.map((bar, i) => (
          <Bar
            key={bar.name}
            bar={bar}
            order={2 * i + 1}
            state={stateOf(bar.name)}
            sign={signOf?.(bar.name)}
            onToggle={onToggle && (() => onToggle(bar.name))}
          />
        ))}
        <Bar bar={HEAD_BAR} order={2 * bars.length + 1} state="trained" />
      </div>
      <p className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-[12.5px] text-soft">
        <Sign className="border-ice-2 bg-ice-2">
          {some('frozen') || first < 0 ? 'frozen: runs once per picture, then cached' : 'frozen: nothing'}
        </Sign>
        <Sign className="border-amber-2 bg-amber-2">trained: runs every epoch</Sign>
        {some('part') && <Sign className={LOOKS.part}>some of its weights</Sign>}
        {onCut && <span className="sm:ml-auto">drag the cut, or click a group</span>}
      </p>
    </div>
  )
}

type BarProps = {
  bar: MapBar
  order: number
  state: GroupState
  sign?: { readonly sign: string; readonly words: string } | undefined
  onToggle?: (() => void) | undefined
}

function Bar({ bar, order, state, sign, onToggle }: BarProps) {
  const { name, about, label, height, width } = bar
  const looks = cn(
    'relative min-w-[22px] rounded-t-[6px] rounded-b-[3px] border sm:min-w-[26px]',
    LOOKS[state],
  )
  const place = { order, height, flex: width }
  const more = sign ? `, ${sign.words}` : ''
  const inside = (
    <>
      {sign && (
        <span aria-hidden className="absolute inset-x-0 top-0.5 text-center text-[11px] text-amber-ink">
          {sign.sign}
        </span>
      )}
      <span
        aria-hidden
        className="absolute inset-x-0 -bottom-5 text-center font-mono text-[11px] whitespace-nowrap text-soft"
      >
        {label}
      </span>
    </>
  )
  const title = `${about}, ${WORDS[state]}${more}`
  if (!onToggle)
    return (
      <span role="img" aria-label={title} title={title} className={looks} style={place}>
        {inside}
      </span>
    )
  return (
    <button
      type="button"
      role="switch"
      aria-checked={state === 'trained'}
      aria-label={`Train ${about}`}
      title={title}
      data-group={name}
      onClick={onToggle}
      className={cn(looks, 'cursor-pointer -outline-offset-2 hover:brightness-95 dark:hover:brightness-125')}
      style={place}
    >
      {inside}
    </button>
  )
}

function cutWords(names: readonly string[], stateOf: Props['stateOf'], frozen: number): string {
  const trained = names.filter((name) => stateOf(name) !== 'frozen').length
  const where = frozen === names.length ? 'before the head' : `before ${names[frozen]}`
  return `${where}: ${names.length - trained} of ${names.length} groups frozen, ${trained} trained, and the head`
}

function Sign({ className, children }: { className: string; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <i aria-hidden className={cn('size-2.5 rounded-[3px] border', className)} />
      {children}
    </span>
  )
}

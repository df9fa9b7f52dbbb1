'use client'

import { type KeyboardEvent, type PointerEvent, useRef } from 'react'

type Props = {
  /** Layer groups in front of it. */
  frozen: number
  names: readonly string[]
  /** In words, for screen readers: what is frozen and what is trained now. */
  words: string
  /** Absent: it only shows where the backbone is cut. */
  onCut?: ((frozen: number) => void) | undefined
}

/**
 * Where the backbone is cut: what comes out there is cached. A slider: arrow keys, Home, End, or a drag. It is placed by
 * CSS order, so that it keeps focus and pointer while it moves.
 */
export function Cut({ frozen, names, words, onCut }: Props) {
  const handle = useRef<HTMLSpanElement>(null)
  const place = { order: 2 * frozen }
  if (!onCut)
    return (
      <span aria-hidden className="relative mx-1 grid w-2 justify-center self-stretch" style={place}>
        <Line />
      </span>
    )
  const cut = (to: number) => onCut(Math.min(names.length, Math.max(0, to)))
  const onKeyDown = (event: KeyboardEvent) => {
    const to = stepTo(event.key, frozen, names.length)
    if (to === undefined) return
    event.preventDefault()
    cut(to)
  }
  const onPointerMove = (event: PointerEvent) => {
    if (!handle.current?.hasPointerCapture(event.pointerId)) return
    const to = groupsBefore(handle.current, event.clientX)
    if (to !== frozen) cut(to)
  }
  return (
    <span
      ref={handle}
      role="slider"
      tabIndex={0}
      aria-label="Cut between frozen and trained layer groups"
      aria-valuemin={0}
      aria-valuemax={names.length}
      aria-valuenow={frozen}
      aria-valuetext={words}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => handle.current?.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      className="relative z-1 -mx-1 grid w-6 shrink-0 cursor-ew-resize touch-none justify-center self-stretch rounded-sm"
      style={place}
    >
      <Line grip />
    </span>
  )
}

function Line({ grip = false }: { grip?: boolean }) {
  return (
    <>
      <span className="h-full w-0.5 bg-ink" />
      <span className="absolute -top-3 left-1/2 -translate-x-1/2 rounded-sm bg-ink px-1 text-[10.5px] leading-4 whitespace-nowrap text-bg select-none">
        {grip ? '‹ cut ›' : 'cut'}
      </span>
    </>
  )
}

function stepTo(key: string, from: number, last: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return from - 1
    case 'ArrowRight':
    case 'ArrowUp':
      return from + 1
    case 'Home':
      return 0
    case 'End':
      return last
  }
  return undefined
}

/** How many layer groups have their middle at the left of `x`. */
function groupsBefore(handle: HTMLElement, x: number): number {
  const bars = [...handle.parentElement!.querySelectorAll<HTMLElement>('[data-group]')]
  return bars.filter((bar) => {
    const { left, width } = bar.getBoundingClientRect()
    return left + width / 2 < x
  }).length
}

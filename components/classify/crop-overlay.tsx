'use client'

import { type KeyboardEvent, type PointerEvent, type RefObject, useRef, useState } from 'react'
import { CORNERS, type Corner, movedBox, resizedBox } from '../../lib/classify/crop.ts'
import type { Box } from '../../lib/preprocess/box.ts'
import { cn } from '../ui/cn.ts'

type Size = { width: number; height: number }
type Props = {
  box: Box
  /** Of the picture, in its own pixels, which `box` is in too. */
  picture: Size
  /** The element that shows all of the picture. */
  frame: RefObject<HTMLElement | null>
  /** When a drag ends or a key is pressed. */
  onChange: (box: Box | undefined) => void
}

const DIRECTIONS: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** The part of the picture that is classified: moved and resized by pointer and by keyboard. */
export function CropOverlay({ box, picture, frame, onChange }: Props) {
  const drag = useRef<{ x: number; y: number; corner: Corner | 'all'; from: Box } | undefined>(undefined)
  const [dragged, setDragged] = useState<Box>()
  const shown = dragged ?? box

  const start = (corner: Corner | 'all') => (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { x: event.clientX, y: event.clientY, corner, from: box }
  }
  const move = (event: PointerEvent<HTMLElement>) => {
    const rect = frame.current?.getBoundingClientRect()
    if (!drag.current || !rect) return
    const { corner, from } = drag.current
    const by = {
      x: ((event.clientX - drag.current.x) * picture.width) / rect.width,
      y: ((event.clientY - drag.current.y) * picture.height) / rect.height,
    }
    setDragged(corner === 'all' ? movedBox(from, by, picture) : resizedBox(from, corner, by, picture))
  }
  const end = () => {
    drag.current = undefined
    setDragged(undefined)
    if (dragged) onChange(dragged)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Delete' || event.key === 'Backspace')
      return onChange(undefined)
    const direction = DIRECTIONS[event.key]
    if (!direction) return
    event.preventDefault()
    const by = { x: direction.x * step(picture.width), y: direction.y * step(picture.height) }
    onChange(event.shiftKey ? resizedBox(box, 'right bottom', by, picture) : movedBox(box, by, picture))
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: no element of HTML is a box that is moved about
    <div
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move it
      tabIndex={0}
      aria-label="Part that is classified. Arrow keys move it, Shift with arrow keys changes its size, Escape removes it."
      className="absolute cursor-move touch-none rounded-sm border-2 border-ink shadow-[0_0_0_9999px_rgb(0_0_0/0.45)] outline-offset-0"
      style={placed(shown, picture)}
      onPointerDown={start('all')}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={onKeyDown}
    >
      {CORNERS.map((corner) => (
        <span
          key={corner}
          aria-hidden
          className={cn(
            'absolute size-6 touch-none p-1.5 before:block before:size-full before:rounded-full before:border before:border-card before:bg-ink',
            corner.startsWith('left') ? '-left-3' : '-right-3',
            corner.endsWith('top') ? '-top-3' : '-bottom-3',
            corner === 'left top' || corner === 'right bottom' ? 'cursor-nwse-resize' : 'cursor-nesw-resize',
          )}
          onPointerDown={start(corner)}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={end}
        />
      ))}
    </div>
  )
}

/** A box of the picture on whatever shows all of it. */
export function placed(box: Box, { width, height }: Size) {
  return {
    left: `${(box.left / width) * 100}%`,
    top: `${(box.top / height) * 100}%`,
    width: `${(box.width / width) * 100}%`,
    height: `${(box.height / height) * 100}%`,
  }
}

function step(length: number): number {
  return Math.max(1, Math.round(length * 0.02))
}

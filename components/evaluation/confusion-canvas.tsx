'use client'

import { useTheme } from 'next-themes'
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react'
import { type Cell, rowShares } from '../../lib/evaluation/confused.ts'

type Props = {
  confusion: readonly (readonly number[])[]
  cell: Cell
  onCell: (cell: Cell) => void
  onPick: (cell: Cell) => void
  /** Id of the element that says what the cell means. */
  describedBy: string
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** The matrix, truth down and prediction across; right answers in ink, wrong ones in amber, by share of the row. */
export function ConfusionCanvas({ confusion, cell, onCell, onPick, describedBy }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { resolvedTheme } = useTheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the theme
  useEffect(() => {
    const element = canvas.current!
    const draw = () => drawMatrix(element, confusion, cell)
    const resizer = new ResizeObserver(draw)
    resizer.observe(element)
    return () => resizer.disconnect()
  }, [confusion, cell, resolvedTheme])

  const classes = confusion.length
  const cellAt = (event: PointerEvent): Cell => {
    const { left, top, width } = event.currentTarget.getBoundingClientRect()
    const index = (at: number) => Math.min(classes - 1, Math.max(0, Math.floor((at / width) * classes)))
    return { truth: index(event.clientY - top), predicted: index(event.clientX - left) }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') onPick(cell)
    else if (STEPS[event.key]) onCell(moved(cell, STEPS[event.key]!, classes))
    else return
    event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: arrow keys move over its cells, as in a grid
    <canvas
      ref={canvas}
      role="application"
      aria-roledescription="confusion matrix"
      aria-label={`Confusion matrix of ${classes} classes. Arrow keys move over it, Enter shows the pictures of a cell.`}
      aria-describedby={describedBy}
      tabIndex={0}
      className="mx-auto block aspect-square w-full max-w-[460px] touch-manipulation rounded-sm"
      onPointerMove={(event) => event.pointerType === 'mouse' && onCell(cellAt(event))}
      onPointerDown={(event) => {
        onCell(cellAt(event))
        onPick(cellAt(event))
      }}
      onKeyDown={onKeyDown}
    />
  )
}

function moved({ truth, predicted }: Cell, [down, right]: readonly [number, number], classes: number): Cell {
  const within = (value: number) => Math.min(classes - 1, Math.max(0, value))
  return { truth: within(truth + down), predicted: within(predicted + right) }
}

function drawMatrix(canvas: HTMLCanvasElement, confusion: Props['confusion'], cell: Cell): void {
  const size = Math.round(canvas.clientWidth * devicePixelRatio)
  if (size === 0) return
  if (canvas.width !== size) {
    canvas.width = size
    canvas.height = size
  }
  const context = canvas.getContext('2d')!
  const style = getComputedStyle(canvas)
  const [ink, amber, hover, ice] = ['ink', 'amber', 'hover', 'ice'].map((name) =>
    style.getPropertyValue(`--${name}`).trim(),
  )
  const step = size / confusion.length
  const gap = step > 12 * devicePixelRatio ? 2 * devicePixelRatio : step > 4 ? 1 : 0
  const square = (x: number, y: number) => {
    const [left, top] = [Math.round(x * step), Math.round(y * step)]
    return [
      left,
      top,
      Math.round((x + 1) * step) - left - gap,
      Math.round((y + 1) * step) - top - gap,
    ] as const
  }
  context.clearRect(0, 0, size, size)
  for (const [y, row] of confusion.entries()) {
    const shares = rowShares(row)
    for (const [x, share] of shares.entries()) {
      context.globalAlpha = 1
      context.fillStyle = hover!
      context.fillRect(...square(x, y))
      if (share === 0) continue
      // The root lifts the few: one picture of thirty must be seen.
      context.globalAlpha = 0.15 + 0.85 * Math.sqrt(share)
      context.fillStyle = x === y ? ink! : amber!
      context.fillRect(...square(x, y))
    }
  }
  context.globalAlpha = 1
  context.strokeStyle = ice!
  context.lineWidth = 2 * devicePixelRatio
  const [left, top, width, height] = square(cell.predicted, cell.truth)
  context.strokeRect(left, top, Math.max(width, 3), Math.max(height, 3))
}

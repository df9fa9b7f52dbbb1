import type { Box } from '../preprocess/box.ts'

type Size = { readonly width: number; readonly height: number }
type Point = { readonly x: number; readonly y: number }

export const CORNERS = ['left top', 'right top', 'left bottom', 'right bottom'] as const
export type Corner = (typeof CORNERS)[number]

/** Shortest side of a crop, in pixels of the picture; smaller ones show nothing that a network could know. */
const LEAST = 16

/** The box moved by (`x`, `y`), kept inside the picture. All in the picture's pixels, whole ones. */
export function movedBox(box: Box, { x, y }: Point, within: Size): Box {
  return {
    ...box,
    left: clamp(Math.round(box.left + x), 0, within.width - box.width),
    top: clamp(Math.round(box.top + y), 0, within.height - box.height),
  }
}

/** The box with one corner moved by (`x`, `y`); the opposite corner stays, and so does a least size. */
export function resizedBox(box: Box, corner: Corner, { x, y }: Point, within: Size): Box {
  const [side, end] = corner.split(' ')
  const across = stretched(box.left, box.width, x, side === 'left', within.width)
  const down = stretched(box.top, box.height, y, end === 'top', within.height)
  return { left: across.start, top: down.start, width: across.length, height: down.length }
}

/** The box between two points of the picture, in any order; at least of the least size. */
export function boxBetween(a: Point, b: Point, within: Size): Box {
  const width = clamp(Math.round(Math.abs(a.x - b.x)), Math.min(LEAST, within.width), within.width)
  const height = clamp(Math.round(Math.abs(a.y - b.y)), Math.min(LEAST, within.height), within.height)
  const box = { left: 0, top: 0, width, height }
  return movedBox(box, { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) }, within)
}

/** The middle of the picture: what a new crop begins with. */
export function middleBox({ width, height }: Size): Box {
  const at = (share: number): Point => ({ x: width * share, y: height * share })
  return boxBetween(at(0.2), at(0.8), { width, height })
}

function stretched(start: number, length: number, by: number, atStart: boolean, most: number) {
  const least = Math.min(LEAST, most)
  const end = start + length
  if (!atStart) return { start, length: clamp(Math.round(end + by), start + least, most) - start }
  const moved = clamp(Math.round(start + by), 0, end - least)
  return { start: moved, length: end - moved }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(low, high), Math.max(low, value))
}

import type { Box } from '../box.ts'
import type { Pixels } from '../preprocessing.ts'
import type { RandomCrop, Span } from './presets.ts'

type Size = Pick<Pixels, 'width' | 'height'>
type Random = () => number

/** Tries before the middle of the picture is taken as it is. */
const ATTEMPTS = 10

/** What to resize a picture to, and which square of the result is wanted. */
export function shortSideCrop(
  { width, height }: Size,
  size: number,
  times: Span,
  random: Random,
): { width: number; height: number; window: Box } {
  const side = Math.max(size, Math.round(size * between(times, random())))
  const shorter = Math.min(width, height)
  const to = (length: number) =>
    length === shorter ? side : Math.max(side, Math.round((side * length) / shorter))
  const [across, down] = [to(width), to(height)]
  const left = Math.floor(random() * (across - size + 1))
  const top = Math.floor(random() * (down - size + 1))
  return { width: across, height: down, window: { left, top, width: size, height: size } }
}

/** A box inside the picture of a random share of its area and a random aspect (torchvision's `RandomResizedCrop`). */
export function areaCrop(
  { width, height }: Size,
  { area, aspect }: Extract<RandomCrop, { kind: 'area' }>,
  random: Random,
): Box {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const wanted = width * height * between(area, random())
    const ratio = Math.exp(between([Math.log(aspect[0]), Math.log(aspect[1])], random()))
    const across = Math.round(Math.sqrt(wanted * ratio))
    const down = Math.round(Math.sqrt(wanted / ratio))
    if (across < 1 || down < 1 || across > width || down > height) continue
    return {
      left: Math.floor(random() * (width - across + 1)),
      top: Math.floor(random() * (height - down + 1)),
      width: across,
      height: down,
    }
  }
  return middle({ width, height }, aspect)
}

/** The largest box in the middle whose aspect is allowed. */
function middle({ width, height }: Size, [narrow, wide]: Span): Box {
  const across = Math.max(1, Math.min(width, Math.floor(height * wide)))
  const down = Math.max(1, Math.min(height, Math.floor(width / narrow)))
  return {
    left: Math.floor((width - across) / 2),
    top: Math.floor((height - down) / 2),
    width: across,
    height: down,
  }
}

function between([from, to]: Span, share: number): number {
  return from + (to - from) * share
}

import { z } from 'zod'
import { settingText } from './setting-text.ts'

/** One setting that a tune varies, by its full name, and the values that it may have. */
export const axisSchema = z.discriminatedUnion('kind', [
  /** Both ends belong to the range. `log`: each decade is as likely as another. */
  z.object({
    kind: z.literal('range'),
    key: z.string(),
    min: z.number(),
    max: z.number(),
    scale: z.enum(['log', 'uniform']),
    whole: z.boolean(),
  }),
  /** As `--set` writes them. */
  z.object({ kind: z.literal('choice'), key: z.string(), values: z.array(z.string()).min(1) }),
])
export type Axis = z.infer<typeof axisSchema>
export type RangeAxis = Extract<Axis, { kind: 'range' }>

/** Enough digits to find the place again, few enough to read. */
const DIGITS = 3

/** The value that stands at `share` (0 to below 1) of an axis, as `--set` writes it. */
export function valueAt(axis: Axis, share: number): string {
  if (axis.kind === 'choice') return axis.values[Math.floor(share * axis.values.length)]!
  return `${inside(axis, axis.whole ? wholeAt(axis, share) : Number(realAt(axis, share).toPrecision(DIGITS)))}`
}

/** How many different values an axis has. */
export function sizeOf(axis: Axis): number {
  if (axis.kind === 'choice') return axis.values.length
  return axis.whole ? axis.max - axis.min + 1 : Number.POSITIVE_INFINITY
}

/** All values of an axis that has a finite number of them. */
export function valuesOf(axis: Axis): string[] {
  if (axis.kind === 'choice') return [...axis.values]
  return Array.from({ length: sizeOf(axis) }, (_, i) => `${axis.min + i}`)
}

/** For people: `1e-4 to 0.1, log-uniform`. */
export function axisWords(axis: Axis): string {
  if (axis.kind === 'choice') return axis.values.join(', ')
  const { min, max, scale, whole } = axis
  return `${settingText(min)} to ${settingText(max)}, ${whole ? 'whole, ' : ''}${scale === 'log' ? 'log-uniform' : 'uniform'}`
}

function realAt({ min, max, scale }: RangeAxis, share: number): number {
  return scale === 'log' ? min * (max / min) ** share : min + share * (max - min)
}

/** Every whole number gets the stretch around it, so that the ends are as likely as their neighbours. */
function wholeAt({ min, max, scale }: RangeAxis, share: number): number {
  if (scale === 'uniform') return min + Math.floor(share * (max - min + 1))
  const [low, high] = [min - 0.5, max + 0.5]
  return Math.round(low * (high / low) ** share)
}

/** Rounding must not lead out of the range. */
const inside = ({ min, max }: RangeAxis, value: number) => Math.min(max, Math.max(min, value))

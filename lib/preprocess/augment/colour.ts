import type { Pixels } from '../preprocessing.ts'
import type { ColourJitter, Span } from './presets.ts'

type Change = (levels: Float32Array) => void

/** TF-slim's four orders (`distort_color`). */
const ORDERS = [
  ['brightness', 'saturation', 'hue', 'contrast'],
  ['saturation', 'brightness', 'contrast', 'hue'],
  ['contrast', 'hue', 'brightness', 'saturation'],
  ['hue', 'saturation', 'contrast', 'brightness'],
] as const

/** Moves brightness, saturation, hue and contrast at random, in one of four orders; rounded once, at the end. */
export function jitterColours(pixels: Pixels, jitter: ColourJitter, random: () => number): Pixels {
  const order = ORDERS[Math.floor(random() * ORDERS.length)]!
  const delta = between([-jitter.brightness, jitter.brightness], random())
  const factor = between(jitter.contrast, random())
  const saturation = between(jitter.saturation, random())
  const turn = between([-jitter.hue, jitter.hue], random())
  const changes: Record<(typeof order)[number], Change> = {
    brightness: brighten(delta),
    saturation: inHsv((hsv) => {
      hsv[1] = Math.min(1, hsv[1] * saturation)
    }),
    hue: inHsv((hsv) => {
      hsv[0] = (hsv[0] + turn + 1) % 1
    }),
    contrast: contrast(factor),
  }
  // Loops: `from` with a function takes longer than all that is done here.
  const levels = new Float32Array(pixels.data.length)
  for (let i = 0; i < levels.length; i++) levels[i] = pixels.data[i]! / 255
  for (const name of order) changes[name](levels)
  const data = new Uint8ClampedArray(levels.length)
  for (let i = 0; i < levels.length; i++) data[i] = levels[i]! * 255
  return { ...pixels, data }
}

function brighten(delta: number): Change {
  return (levels) => {
    for (let i = 0; i < levels.length; i++) levels[i] = levels[i]! + delta
  }
}

/** Away from each channel's mean, or towards it. */
function contrast(factor: number): Change {
  return (levels) => {
    const means = [0, 0, 0]
    for (let i = 0; i < levels.length; i++) means[i % 3]! += levels[i]! / (levels.length / 3)
    for (let i = 0; i < levels.length; i++) {
      const mean = means[i % 3]!
      levels[i] = (levels[i]! - mean) * factor + mean
    }
  }
}

/** A change of hue (0–1, a turn), saturation (0–1) and value of every pixel. */
function inHsv(change: (hsv: [number, number, number]) => void): Change {
  const hsv: [number, number, number] = [0, 0, 0]
  return (levels) => {
    for (let i = 0; i < levels.length; i += 3) {
      toHsv(clamped(levels[i]!), clamped(levels[i + 1]!), clamped(levels[i + 2]!), hsv)
      change(hsv)
      const [hue, saturation, value] = hsv
      levels[i] = channel(5, hue, saturation, value)
      levels[i + 1] = channel(3, hue, saturation, value)
      levels[i + 2] = channel(1, hue, saturation, value)
    }
  }
}

function toHsv(red: number, green: number, blue: number, out: [number, number, number]): void {
  const value = Math.max(red, green, blue)
  const chroma = value - Math.min(red, green, blue)
  let sixth = 0
  if (chroma > 0) {
    if (value === red) sixth = ((green - blue) / chroma + 6) % 6
    else if (value === green) sixth = (blue - red) / chroma + 2
    else sixth = (red - green) / chroma + 4
  }
  out[0] = sixth / 6
  out[1] = value > 0 ? chroma / value : 0
  out[2] = value
}

function channel(n: number, hue: number, saturation: number, value: number): number {
  const k = (n + hue * 6) % 6
  return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1))
}

function clamped(level: number): number {
  return Math.min(1, Math.max(0, level))
}

function between([from, to]: Span, share: number): number {
  return from + (to - from) * share
}

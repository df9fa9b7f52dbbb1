import sharp from 'sharp'
import type { Icon } from './icon-set.ts'

/** Pixels on a side: what the default backbone sees. */
const SIZE = 224

/** How an emoji lies on its ground; a few of these for each make a small set of drawings go further. */
export type Pose = {
  readonly ground: string
  readonly share: number
  readonly degrees: number
  readonly mirrored: boolean
}

export const UPRIGHT: Pose = { ground: '#ffffff', share: 0.86, degrees: 0, mirrored: false }
export const POSES: readonly Pose[] = [
  UPRIGHT,
  { ground: '#e9eef2', share: 0.78, degrees: 10, mirrored: true },
  { ground: '#f6efe2', share: 0.7, degrees: -10, mirrored: false },
]

/** An emoji as a PNG. */
export async function drawIcon({ body, box: [left, top, width, height] }: Icon, pose: Pose): Promise<Buffer> {
  const scale = (SIZE * pose.share) / Math.max(width, height)
  const moves = [
    `translate(${SIZE / 2} ${SIZE / 2})`,
    `rotate(${pose.degrees})`,
    `scale(${pose.mirrored ? -scale : scale} ${scale})`,
    `translate(${-left - width / 2} ${-top - height / 2})`,
  ]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${SIZE}" height="${SIZE}"><g transform="${moves.join(' ')}">${body}</g></svg>`
  return sharp(Buffer.from(svg)).flatten({ background: pose.ground }).png({ compressionLevel: 4 }).toBuffer()
}

import type { Looks } from '../classify/look.ts'
import type { Preprocessing } from '../preprocess/preprocessing.ts'

const WAYS: Readonly<Record<Preprocessing['resize'], string>> = {
  squash: 'the whole picture, squeezed to the square',
  crop: 'the centre of the picture',
  pad: 'the whole picture, with a margin',
}

/** How a model sees a picture, in words: what goes into the network, and how often it looks. */
export function seeing({ size, resize, interpolation }: Preprocessing, looks: Looks): string {
  const second = looks.includes('second')
    ? ' A second look goes to the part of the picture where the first look points; the looks’ probabilities are averaged.'
    : ''
  return `${size} × ${size} pixels: ${WAYS[resize]} (${interpolation}, antialiased; looks: ${looks}).${second}`
}

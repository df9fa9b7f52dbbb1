import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { Problem } from '../../lib/problem.ts'
import { decodePicture } from '../datasets/decoder/decode.ts'
import { viewOf } from '../features/extractor/rows.ts'
import { livesWithParent } from '../processes/child.ts'
import { type FromViewer, toViewerSchema, type ViewWish } from './messages.ts'

/** The viewer process: pictures as training sees them, made by the code that training uses. */

sharp.concurrency(1)
sharp.cache(false)

livesWithParent()
process.on('message', (raw: unknown) => {
  const { id, wish } = toViewerSchema.parse(raw)
  view(wish).then(
    (jpeg) => say({ id, jpeg }),
    (thrown) => say({ id, problem: Problem.from(thrown).summary() }),
  )
})

async function view({ hash, path, random, preprocessing }: ViewWish): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = await decodePicture(await readFile(path))
  const { width, height, data } = viewOf(pixels, hash, { ...(random && { random }) }, preprocessing)
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer()
  return Uint8Array.from(jpeg)
}

function say(message: FromViewer): void {
  process.send?.(message, undefined, undefined, () => undefined)
}

import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { Problem } from '../../../lib/problem.ts'
import { type Blobs, openBlobs } from '../../blobs/blobs.ts'
import { livesWithParent } from '../../processes/child.ts'
import { sourceReader } from '../source/read-source-file.ts'
import type { SourceFile } from '../source/source-file.ts'
import { examinePicture } from './examine.ts'
import { DECODER_PROTOCOL, type FromDecoder, toDecoderSchema } from './messages.ts'

/** The decoding process: reads, decodes, hashes and stores what it is given. It ends with its parent. */

// One core is its share.
sharp.concurrency(1)
sharp.cache(false)

/** Pictures at a time: one is decoded while others wait for the disk. Bounds the memory. */
const AT_A_TIME = 3

const reader = sourceReader()
const waiting: { index: number; file: SourceFile }[] = []
let blobs: Blobs | undefined
let busy = 0

livesWithParent()
process.on('message', async (raw: unknown) => {
  const message = toDecoderSchema.parse(raw)
  if (message.type === 'close') process.exit(0)
  if (message.type === 'decode') waiting.push(message)
  else {
    blobs = await openBlobs(message.dataDir)
    say({ type: 'ready', protocol: DECODER_PROTOCOL })
  }
  work()
})

function work(): void {
  while (blobs && busy < AT_A_TIME && waiting.length > 0) {
    busy++
    const { index, file } = waiting.shift()!
    void take(file, blobs)
      .then((outcome) => say({ type: 'decoded', index, outcome }))
      .catch((thrown) => say({ type: 'failed', problem: Problem.from(thrown).summary() }))
      .finally(() => {
        busy--
        work()
      })
  }
}

let examining: Promise<unknown> = Promise.resolve()

/**
 * One picture is decoded at a time: libvips keeps what it says of damage in one place for the whole process, and of two
 * damaged pictures at once one would take the other's words, and get in.
 */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = examining.then(work)
  examining = turn.catch(() => undefined)
  return turn
}

type Outcome = Extract<FromDecoder, { type: 'decoded' }>['outcome']

/** @throws Problem `blobs/disk-full`; whatever is wrong with the picture itself is an outcome. */
async function take(file: SourceFile, into: Blobs): Promise<Outcome> {
  let bytes: Uint8Array
  let examined: Awaited<ReturnType<typeof examinePicture>>
  try {
    bytes = await reader.read(file)
    examined = await inTurn(() => examinePicture(bytes))
  } catch (thrown) {
    const { code, says } = Problem.from(thrown)
    return { skipped: { code, says } }
  }
  const { thumbnail, ...found } = examined
  const hash = createHash('sha256').update(bytes).digest('hex')
  await Promise.all([into.putPicture(hash, bytes), into.putThumbnail(hash, thumbnail)])
  return { hash, ...found, sizeBytes: bytes.length }
}

function say(message: FromDecoder): void {
  // A parent that is gone is no error of ours: the disconnect that follows ends this process.
  process.send?.(message, undefined, undefined, () => undefined)
}

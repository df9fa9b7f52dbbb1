import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { levelsOf, normaliseInto } from '../../../../lib/preprocess/levels.ts'
import { decodePicture } from '../../../datasets/decoder/decode.ts'
import { unreadable } from '../../../features/extractor/pipeline.ts'
import { viewOf } from '../../../features/extractor/rows.ts'
import type { DecodeAssignment, DecodeWish, FromThread, ToThread } from './messages.ts'

/** A thread that turns picture files into a backbone's input while the trainer's own thread computes. */

const { preprocessing } = workerData as DecodeAssignment
const levels = levelsOf(preprocessing)
const port = parentPort!

port.on('message', ({ id, wish }: ToThread) => {
  input(wish).then(
    (values) => say({ id, values }, [values.buffer]),
    (cause) => say({ id, problem: unreadable(wish.path, cause).summary() }),
  )
})

async function input({ hash, path, random }: DecodeWish): Promise<Float32Array<ArrayBuffer>> {
  const pixels = await decodePicture(await readFile(path))
  const { data } = viewOf(pixels, hash, { ...(random && { random }) }, preprocessing)
  const values = new Float32Array(data.length)
  normaliseInto(values, data, levels)
  return values
}

function say(message: FromThread, handedOver: ArrayBuffer[] = []): void {
  port.postMessage(message, handedOver)
}

import type { Manifest } from '../../export/manifest.ts'
import type { Box } from '../../preprocess/box.ts'
import { cutOut } from '../../preprocess/place-picture.ts'
import type { Pixels } from '../../preprocess/preprocessing.ts'
import type { Backend } from './backend-names.ts'
import type { WasmFiles } from './backends.ts'
import { fetchManifest, fetchModel, type Progress } from './fetch-model.ts'
import { decode, pixelsOf } from './pixels.ts'
import { openSession, type Running, type Session } from './session.ts'

export type OpenOptions = {
  /** URL of the bundle's folder, with a slash at the end. */
  readonly base: string
  readonly wasm: WasmFiles
  readonly asked?: Backend | undefined
  /** Which of the bundle's models; the one that the manifest names first where there is none of this precision. */
  readonly precision?: string | undefined
}

export type Opened = {
  readonly manifest: Manifest
  readonly running: Running
  /** URLs of what this thread has loaded so far, for those who keep it. */
  readonly loaded: readonly string[]
}

/** A picture to look at. As long as its key stays the same it is decoded once. */
export type Picture = { readonly key: number; readonly source: Blob | ImageBitmap }

/** What was seen of a picture. */
export type Seen = {
  /** All classes, the most probable first. */
  readonly ranked: readonly { readonly label: string; readonly probability: number }[]
  readonly sure: boolean
  /** Where the second look went, in pixels of the whole picture. */
  readonly lookedAt?: Box
  readonly width: number
  readonly height: number
  /** Preprocessing and network, all looks; the decoding apart. */
  readonly milliseconds: number
  readonly decodeMilliseconds: number
  readonly running: Running
}

/** A model on this device, in a worker or in the page. Asks one thing at a time. */
export type Device = {
  /** @throws Problem `export/damaged`, `classify/no-backend`. */
  open(options: OpenOptions, onProgress: (progress: Progress) => void): Promise<Opened>
  /** Looks at a picture, or at the part of it under `crop`. @throws Problem `pictures/…`, `classify/no-backend`. */
  look(picture: Picture, crop?: Box): Promise<Seen>
  use(asked: Backend | undefined): Promise<Running>
  close(): void
}

/** The device in the thread that calls this. */
export function localDevice(): Device {
  let session: Session | undefined
  let decoded: { key: number; pixels: Pixels; milliseconds: number } | undefined

  async function pixelsFor({ key, source }: Picture) {
    if (decoded?.key === key) return decoded
    const started = performance.now()
    decoded = undefined
    const pixels = source instanceof Blob ? await decode(source) : pixelsOf(source)
    decoded = { key, pixels, milliseconds: performance.now() - started }
    return decoded
  }

  return {
    async open({ base, wasm, asked, precision }, onProgress) {
      const manifest = await fetchManifest(base)
      const model = manifest.models.find((one) => one.precision === precision) ?? manifest.models[0]!
      const artifacts = await fetchModel(base, model, onProgress)
      session?.dispose()
      session = await openSession({ manifest, artifacts, wasm, asked })
      const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
      return { manifest, running: session.running(), loaded }
    },
    async look(picture, crop) {
      const { pixels, milliseconds: decodeMilliseconds } = await pixelsFor(picture)
      const started = performance.now()
      const part = crop ? cutOut(pixels, crop) : pixels
      const { ranked, sure, lookedAt } = await session!.classify(part)
      return {
        ranked,
        sure,
        ...(lookedAt && { lookedAt: moved(lookedAt, crop) }),
        width: pixels.width,
        height: pixels.height,
        milliseconds: performance.now() - started,
        decodeMilliseconds,
        running: session!.running(),
      }
    },
    use: (asked) => session!.use(asked),
    close: () => session?.dispose(),
  }
}

/** A box inside `crop`, as a box of the whole picture. */
function moved(box: Box, crop: Box | undefined): Box {
  return crop ? { ...box, left: box.left + crop.left, top: box.top + crop.top } : box
}

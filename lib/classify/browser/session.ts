import { loadGraphModel } from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import { bundleClassifier } from '../../export/classifier.ts'
import type { Manifest } from '../../export/manifest.ts'
import type { Pixels } from '../../preprocess/preprocessing.ts'
import { Problem } from '../../problem.ts'
import { type Classification, type Classifier, classify } from '../classify.ts'
import { BACKEND_TITLES, BACKENDS, type Backend } from './backend-names.ts'
import { dropBackend, isLost, startBackend, type WasmFiles, whenLost, whyNot } from './backends.ts'
import { agree, checkInput } from './self-check.ts'

export type SessionOptions = {
  readonly manifest: Manifest
  readonly artifacts: tf.io.ModelArtifacts
  readonly wasm: WasmFiles
  /** Tried first, and even where it is imitated in software. */
  readonly asked?: Backend | undefined
}

/** What computes, and what was passed over for which reason. */
export type Running = {
  readonly backend: Backend
  readonly passedOver: readonly { readonly backend: Backend; readonly why: string }[]
}

/** A model at work on this device. */
export type Session = {
  running(): Running
  /** On another backend when the present one fails in the middle, gives no numbers or loses its GPU. */
  classify(pixels: Pixels): Promise<Classification>
  /** Changes the backend; without one the best is chosen again. */
  use(asked: Backend | undefined): Promise<Running>
  dispose(): void
}

type Loaded = { backend: Backend; classifier: Classifier; dispose(): void }

/**
 * Puts a model on the first backend that really runs it: a GPU must give the same answer to a made-up picture as
 * WebAssembly does.
 *
 * @throws Problem `classify/no-backend` when none does.
 */
export async function openSession({ manifest, artifacts, wasm, ...given }: SessionOptions): Promise<Session> {
  const input = checkInput(manifest.preprocessing.size)
  const passedOver = new Map<Backend, string>()
  let asked = given.asked
  let reference: Float32Array | undefined
  let failedBefore: Backend | undefined
  let loaded = await firstThatRuns()

  async function firstThatRuns(): Promise<Loaded> {
    for (const backend of asked ? [asked, ...BACKENDS.filter((other) => other !== asked)] : BACKENDS) {
      if (passedOver.has(backend)) continue
      try {
        const why = await whyNot(backend, backend === asked)
        if (why !== undefined) throw new Error(why)
        return await checked(backend)
      } catch (thrown) {
        passedOver.set(backend, messageOf(thrown))
        dropBackend(backend)
      }
    }
    throw noBackend(passedOver)
  }

  async function checked(backend: Backend): Promise<Loaded> {
    if (backend !== 'wasm') reference ??= await referenceLogits()
    const candidate = await load(backend)
    const { logits } = await candidate.classifier.forward(input)
    if (!agree(logits, reference)) {
      candidate.dispose()
      throw new Error(`${BACKEND_TITLES[backend]} gives other numbers than WebAssembly here.`)
    }
    return candidate
  }

  /** What WebAssembly says of the made-up picture; undefined where it can't run. */
  async function referenceLogits(): Promise<Float32Array | undefined> {
    try {
      const wasmModel = await load('wasm')
      const { logits } = await wasmModel.classifier.forward(input)
      wasmModel.dispose()
      return logits
    } catch {
      return undefined
    }
  }

  async function load(backend: Backend): Promise<Loaded> {
    await startBackend(backend, wasm)
    const lost = whenLost(backend).then(() => {
      throw new Error(`${BACKEND_TITLES[backend]} lost its GPU.`)
    })
    // It is looked at only while a picture is: what is lost in between is found out then.
    lost.catch(() => undefined)
    const model = await loadGraphModel(tf.io.fromMemory(artifacts))
    const classifier = bundleClassifier(tf, model, manifest)
    const forward: Classifier['forward'] = async (picture) => {
      const seen = await Promise.race([classifier.forward(picture), lost])
      if (isLost(backend)) throw new Error(`${BACKEND_TITLES[backend]} lost its GPU.`)
      if (!seen.logits.every(Number.isFinite)) throw new Error(`${BACKEND_TITLES[backend]} gave no numbers.`)
      return seen
    }
    return { backend, classifier: { ...classifier, forward }, dispose: () => model.dispose() }
  }

  /** The same backend once more, since a GPU may come back; the next one when that did not help. */
  async function recover(thrown: unknown): Promise<void> {
    const { backend } = loaded
    if (failedBefore === backend) passedOver.set(backend, messageOf(thrown))
    failedBefore = backend
    dropBackend(backend)
    loaded = await firstThatRuns()
  }

  function running(): Running {
    return {
      backend: loaded.backend,
      passedOver: [...passedOver].map(([backend, why]) => ({ backend, why })),
    }
  }

  return {
    running,
    async classify(pixels) {
      for (;;) {
        try {
          const answer = await classify(pixels, loaded.classifier)
          failedBefore = undefined
          return answer
        } catch (thrown) {
          if (thrown instanceof Problem) throw thrown
          await recover(thrown)
        }
      }
    },
    async use(backend) {
      asked = backend
      passedOver.clear()
      loaded.dispose()
      loaded = await firstThatRuns()
      return running()
    },
    dispose: () => loaded.dispose(),
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

function noBackend(passedOver: ReadonlyMap<Backend, string>): Problem {
  const reasons = [...passedOver].map(([backend, why]) => `${BACKEND_TITLES[backend]}: ${why}`)
  return new Problem('classify/no-backend', {
    says: `The model can’t run in this browser. ${reasons.join(' ')}`,
    advice: 'Try a current Chrome, Edge, Firefox or Safari.',
  })
}

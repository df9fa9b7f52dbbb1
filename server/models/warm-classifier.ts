import type { ChildProcess } from 'node:child_process'
import { Problem } from '../../lib/problem.ts'
import { type FileClassification, startClassifier } from '../classify/classify-files.ts'
import {
  CLASSIFIER_PROTOCOL,
  type ClassifierModel,
  fromClassifierSchema,
  type ToClassifier,
} from '../classify/messages.ts'

/** A classifier process that stays for the next request. */
export type WarmClassifier = {
  /** One entry per path, in their order. @throws Problem `classify/died`, or what keeps the model from being loaded. */
  classify(paths: readonly string[]): Promise<FileClassification[]>
  /** Whether it has died, or was closed. */
  readonly over: boolean
  close(): void
}

type Waiting = { resolve: (result: FileClassification) => void; reject: (thrown: unknown) => void }

export function openWarmClassifier(
  model: ClassifierModel,
  start: () => ChildProcess = startClassifier,
): WarmClassifier {
  const child = start()
  const waiting = new Map<number, Waiting>()
  let next = 0
  let death: Problem | undefined
  const say = (message: ToClassifier) => child.connected && child.send(message, () => undefined)
  const end = (why: Problem) => {
    death ??= why
    for (const { reject } of waiting.values()) reject(death)
    waiting.clear()
    child.kill('SIGKILL')
  }
  child.on('message', (raw) => {
    const message = fromClassifierSchema.parse(raw)
    if (message.type === 'failed') return end(new Problem(message.problem.code, message.problem))
    waiting
      .get(message.index)
      ?.resolve(
        'problem' in message ? { problem: message.problem } : { probabilities: message.probabilities },
      )
    waiting.delete(message.index)
  })
  child.on('error', (error) => end(died(error.message)))
  child.on('exit', (code, signal) => end(died(signal ?? `exit status ${code}`)))
  say({ type: 'open', protocol: CLASSIFIER_PROTOCOL, model })
  return {
    classify: (paths) =>
      Promise.all(
        paths.map(
          (path) =>
            new Promise<FileClassification>((resolve, reject) => {
              if (death) return reject(death)
              const index = next++
              waiting.set(index, { resolve, reject })
              say({ type: 'classify', index, path })
            }),
        ),
      ),
    get over() {
      return death !== undefined
    },
    close: () => end(died('it was closed')),
  }
}

function died(how: string): Problem {
  return new Problem('classify/died', {
    says: `A classifier process died (${how}).`,
    advice: 'Try again with fewer pictures; if it happens again, watch the memory of the machine.',
  })
}

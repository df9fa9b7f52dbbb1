import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import {
  CLASSIFIER_PROTOCOL,
  type ClassifierModel,
  fromClassifierSchema,
  type ToClassifier,
} from './messages.ts'

/** What came of one picture. */
export type FileClassification =
  | { readonly probabilities: Float32Array }
  | { readonly problem: ProblemSummary }

export type ClassifyOptions = {
  readonly processes?: number
  readonly onProgress?: (progress: { done: number; total: number }) => void
  readonly signal?: AbortSignal
  readonly startClassifier?: () => ChildProcess
}

/** Pictures a process has at hand: the next one is there when it has finished one. */
const AT_HAND = 2
/** Fewer pictures than this per process are not worth starting one for. */
const WORTH_A_PROCESS = 8

export const startClassifier = (): ChildProcess =>
  fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    execArgv: [],
    serialization: 'advanced',
    env: { ...process.env, UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })

/**
 * Classifies picture files with a run's model, in child processes, each picture with all the looks of the model.
 *
 * @returns one entry per path, in their order; what can't be read says why.
 * @throws Problem `classify/died`, or what keeps the model from being loaded; the signal's reason.
 */
export async function classifyFiles(
  paths: readonly string[],
  model: ClassifierModel,
  options: ClassifyOptions = {},
): Promise<FileClassification[]> {
  const { onProgress, signal } = options
  signal?.throwIfAborted()
  const results: FileClassification[] = new Array(paths.length)
  let next = 0
  let done = 0
  const most = options.processes ?? availableParallelism()
  const processes = Math.max(1, Math.min(most, Math.ceil(paths.length / WORTH_A_PROCESS)))
  const children = Array.from(
    { length: paths.length > 0 ? processes : 0 },
    options.startClassifier ?? startClassifier,
  )
  const stop = () => {
    for (const child of children) child.kill('SIGKILL')
  }
  signal?.addEventListener('abort', stop)
  try {
    await Promise.all(children.map(serve))
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
  }
  return results

  function serve(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      let atHand = 0
      const say = (message: ToClassifier) => child.connected && child.send(message, () => undefined)
      const feed = () => {
        for (; atHand < AT_HAND && next < paths.length; atHand++, next++) {
          say({ type: 'classify', index: next, path: paths[next]! })
        }
        if (atHand === 0) resolve()
      }
      child.on('message', (raw) => {
        const message = fromClassifierSchema.parse(raw)
        if (message.type === 'failed') return reject(new Problem(message.problem.code, message.problem))
        results[message.index] =
          'problem' in message ? { problem: message.problem } : { probabilities: message.probabilities }
        atHand--
        onProgress?.({ done: ++done, total: paths.length })
        feed()
      })
      child.on('error', reject)
      child.on('exit', (code, how) =>
        reject(signal?.aborted ? signal.reason : died(how ?? `exit status ${code}`)),
      )
      say({ type: 'open', protocol: CLASSIFIER_PROTOCOL, model })
      feed()
    })
  }
}

function died(how: string): Problem {
  return new Problem('classify/died', {
    says: `A classifier process died (${how}).`,
    advice: 'Try again with fewer pictures; if it happens again, watch the memory of the machine.',
  })
}

import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { demandParity, NOTHING_COMPARED, type Parity, together } from '../../../lib/export/parity.ts'
import { PRECISIONS, type Precision } from '../../../lib/graph-model/precision.ts'
import { Problem } from '../../../lib/problem.ts'
import { fromGateSchema, GATE_PROTOCOL, type ToGate } from './messages.ts'

export type Gate = {
  /** The folder that the bundle was written to. */
  bundle: string
  /** The server's network as an ONNX file. */
  reference: string
  /** Files of held-out pictures. */
  pictures: readonly string[]
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined
  signal?: AbortSignal | undefined
}

type Figures = Partial<Record<Precision, Parity>>

/** Fewer pictures than this are not worth another process. */
const WORTH_A_PROCESS = 16

/**
 * Runs the written bundle beside the server's network, in child processes, on identical pixels.
 *
 * @throws Problem `export/parity` when they don't agree, `export/damaged`, `export/nothing-to-check`,
 * `export/gate-died`; the signal's reason.
 */
export async function runGate({ bundle, reference, pictures, onProgress, signal }: Gate): Promise<Figures> {
  signal?.throwIfAborted()
  if (pictures.length === 0) throw nothingToCheck()
  const most = Math.ceil(pictures.length / WORTH_A_PROCESS)
  const processes = Math.max(1, Math.min(availableParallelism(), most))
  let done = 0
  const onCompared = () => onProgress?.({ done: ++done, total: pictures.length })
  const children: ChildProcess[] = []
  const stop = () => {
    for (const child of children) child.kill('SIGKILL')
  }
  signal?.addEventListener('abort', stop)
  try {
    const shares = Array.from({ length: processes }, (_, n) => pictures.filter((_, i) => i % processes === n))
    const all = await Promise.all(
      shares.map((share) => {
        const child = startGate()
        children.push(child)
        return compare(child, { protocol: GATE_PROTOCOL, bundle, reference, pictures: share }, onCompared)
      }),
    )
    return judged(all)
  } catch (thrown) {
    signal?.throwIfAborted()
    throw thrown
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
  }
}

function judged(shares: readonly Figures[]): Figures {
  const figures: Figures = {}
  for (const precision of PRECISIONS) {
    const parts = shares.flatMap((share) => share[precision] ?? [])
    if (parts.length === 0) continue
    const parity = parts.reduce(together, NOTHING_COMPARED)
    demandParity(precision, parity)
    figures[precision] = parity
  }
  return figures
}

function startGate(): ChildProcess {
  return fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    execArgv: [],
    env: { ...process.env, UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

function compare(child: ChildProcess, task: ToGate, onCompared: () => void): Promise<Figures> {
  return new Promise((resolve, reject) => {
    child.on('message', (raw) => {
      const message = fromGateSchema.parse(raw)
      if (message.type === 'compared') onCompared()
      if (message.type === 'done') resolve(message.parity)
      if (message.type === 'failed') {
        const { code, ...details } = message.problem
        reject(new Problem(code, details))
      }
    })
    child.on('error', reject)
    child.on('exit', (code, how) => reject(died(how ?? `exit status ${code}`)))
    child.send(task)
  })
}

function nothingToCheck(): Problem {
  return new Problem('export/nothing-to-check', {
    says: 'There is no held-out picture to check the exported model on.',
    advice: 'Export with pictures of the test or validation split.',
  })
}

function died(how: string): Problem {
  return new Problem('export/gate-died', {
    says: `The process that checks the exported model died (${how}).`,
    advice: 'Watch the memory of the machine and export again.',
  })
}

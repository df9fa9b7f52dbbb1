import { Worker } from 'node:worker_threads'
import { Problem } from '../../../../lib/problem.ts'
import type { DecodeAssignment, DecodeWish, FromThread, ToThread } from './messages.ts'

/** Threads that decode and preprocess beside the one that trains, whose engine blocks it for as long as it computes. */
export type DecodeThreads = {
  /** The picture as input, `[S, S, 3]`. @throws Problem `features/unreadable`, `training/decoder-died`. */
  input(wish: DecodeWish): Promise<Float32Array>
  close(): Promise<void>
}

type Thread = { worker: Worker; waiting: Map<number, Waiting> }
type Waiting = { resolve: (values: Float32Array) => void; reject: (thrown: unknown) => void }

export function openDecodeThreads(assignment: DecodeAssignment, count: number): DecodeThreads {
  let next = 0
  let death: Problem | undefined
  const threads = Array.from({ length: count }, (): Thread => {
    const worker = new Worker(new URL('./main.ts', import.meta.url), { workerData: assignment })
    const waiting = new Map<number, Waiting>()
    worker.on('message', (message: FromThread) => {
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if ('values' in message) asked?.resolve(message.values)
      else asked?.reject(new Problem(message.problem.code, message.problem))
    })
    const end = (how: string, cause?: unknown) => {
      death ??= died(how, cause)
      for (const { reject } of waiting.values()) reject(death)
      waiting.clear()
    }
    worker.on('error', (error) => end(error.message, error))
    worker.on('exit', (code) => end(`exit status ${code}`))
    return { worker, waiting }
  })

  return {
    input(wish) {
      if (death) return Promise.reject(death)
      // The one that has the least to do.
      const { worker, waiting } = threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a))
      const message: ToThread = { id: next++, wish }
      worker.postMessage(message)
      return new Promise((resolve, reject) => waiting.set(message.id, { resolve, reject }))
    },
    async close() {
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}

function died(how: string, cause: unknown): Problem {
  return new Problem('training/decoder-died', {
    says: `A thread that decodes pictures for the training died: ${how.replace(/\.$/, '')}.`,
    advice:
      'Resume the run: it goes on from its last checkpoint. If it happens again, watch the memory of the machine.',
    cause,
  })
}

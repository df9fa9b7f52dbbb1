import { Problem } from '../../problem.ts'
import type { Device, Opened, Seen } from './device.ts'
import type { Progress } from './fetch-model.ts'
import type { Running } from './session.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

type Waiting = {
  resolve: (result: never) => void
  reject: (problem: unknown) => void
  onProgress?: ((progress: Progress) => void) | undefined
}
type Question = ToWorker extends infer One ? (One extends { id: number } ? Omit<One, 'id'> : never) : never

/**
 * A device behind a worker.
 *
 * @throws (from its methods) Problem `classify/worker-died` when the worker breaks or can't be loaded, besides what the
 * device throws.
 */
export function workerDevice(worker: Worker): Device {
  const waiting = new Map<number, Waiting>()
  let lastId = 0

  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    const asked = waiting.get(data.id)
    if (data.type === 'progress') return asked?.onProgress?.(data.progress)
    waiting.delete(data.id)
    if (data.type === 'done') asked?.resolve(data.result as never)
    else asked?.reject(new Problem(data.problem.code, data.problem))
  })
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    for (const { reject } of waiting.values()) reject(died(event.message))
    waiting.clear()
  })

  function ask<Result>(
    question: Question,
    transfer: Transferable[] = [],
    onProgress?: Waiting['onProgress'],
  ) {
    return new Promise<Result>((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, onProgress })
      worker.postMessage({ ...question, id }, transfer)
    })
  }

  return {
    open: (options, onProgress) => ask<Opened>({ type: 'open', options }, [], onProgress),
    look: (picture, crop) =>
      ask<Seen>({ type: 'look', picture, crop }, picture.source instanceof Blob ? [] : [picture.source]),
    use: (asked) => ask<Running>({ type: 'use', asked }),
    close: () => worker.terminate(),
  }
}

function died(message: string | undefined): Problem {
  return new Problem('classify/worker-died', {
    says: `What classifies in the background broke${message ? `: ${message}` : '.'}`,
    advice: 'Reload the page; if it happens again, try a smaller picture.',
  })
}

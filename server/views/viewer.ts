import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../lib/problem.ts'
import { fromViewerSchema, type ToViewer, type ViewWish } from './messages.ts'

/** Shows pictures as training sees them; made in a process of its own, which stays warm for a while. */
export type Viewer = {
  /** A JPEG. @throws Problem `views/died`, `views/busy`, and what decoding throws. */
  view(wish: ViewWish): Promise<Uint8Array<ArrayBuffer>>
  close(): void
}

const IDLE_MS = 30_000
/** A page asks for some twenty. */
const MOST_WAITING = 200

type Waiting = { resolve: (jpeg: Uint8Array<ArrayBuffer>) => void; reject: (thrown: unknown) => void }

export function openViewer({ start = startViewer }: { start?: () => ChildProcess } = {}): Viewer {
  const waiting = new Map<number, Waiting>()
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let next = 0

  function end(how: string): void {
    clearTimeout(idle)
    child?.removeAllListeners()
    child?.kill('SIGKILL')
    child = undefined
    for (const { reject } of waiting.values()) reject(died(how))
    waiting.clear()
  }

  function open(): ChildProcess {
    const opened = start()
    opened.on('message', (raw) => {
      const message = fromViewerSchema.parse(raw)
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if ('jpeg' in message) asked?.resolve(message.jpeg)
      else asked?.reject(new Problem(message.problem.code, message.problem))
      if (waiting.size === 0) idle = setTimeout(() => end('it was idle'), IDLE_MS).unref()
    })
    opened.on('error', (error) => end(error.message))
    opened.on('exit', (code, signal) => end(signal ?? `exit status ${code}`))
    return opened
  }

  return {
    view(wish) {
      if (waiting.size >= MOST_WAITING) return Promise.reject(busy())
      clearTimeout(idle)
      child ??= open()
      const message: ToViewer = { id: next++, wish }
      const viewed = new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) =>
        waiting.set(message.id, { resolve, reject }),
      )
      // What does not arrive is told by the exit.
      child.send(message, () => undefined)
      return viewed
    },
    close: () => end('the server is ending'),
  }
}

const startViewer = () =>
  fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Bytes stay bytes on the way.
    serialization: 'advanced',
  })

function died(how: string): Problem {
  return new Problem('views/died', {
    says: `The process that makes views of pictures died (${how}).`,
    advice: 'Load the page again.',
  })
}

function busy(): Problem {
  return new Problem('views/busy', {
    says: 'Too many views of pictures are being made.',
    advice: 'Try again in a moment.',
  })
}

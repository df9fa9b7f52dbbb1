import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A network between browser and server that can break. */
export type Line = {
  /** Where the server is reached through it. */
  readonly url: string
  /** Leads to another port from now on, as after a restart. */
  leadTo(port: number): void
  /** Breaks every connection, and refuses others until it is mended. */
  cut(): void
  mend(): void
  /** Breaks after so many more bytes to the server. Resolves once it has. */
  cutAfter(bytes: number): Promise<void>
  close(): Promise<void>
}

export async function openLine(port: number): Promise<Line> {
  const open = new Set<Socket>()
  let target = port
  let broken = false
  let limit: { left: number; reached: () => void } | undefined

  const cut = () => {
    broken = true
    for (const socket of open) socket.destroy()
  }
  const count = (bytes: number) => {
    if (!limit) return
    limit.left -= bytes
    if (limit.left > 0) return
    cut()
    limit.reached()
    limit = undefined
  }
  const listener = createServer((from) => {
    if (broken) return from.destroy()
    const to = connect(target, '127.0.0.1')
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
    from.on('data', (chunk) => count(chunk.length))
    return undefined
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    url: `http://localhost:${(listener.address() as AddressInfo).port}`,
    leadTo(next) {
      target = next
    },
    cut,
    mend() {
      broken = false
    },
    cutAfter: (bytes) =>
      new Promise((reached) => {
        limit = { left: bytes, reached }
      }),
    async close() {
      cut()
      listener.close()
      await once(listener, 'close')
    },
  }
}

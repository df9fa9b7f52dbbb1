import type { Socket } from 'node:net'

/** Bytes from one process to another, in frames whose length the receiver knows beforehand. */
export type Channel = {
  /** Resolves once the bytes are out of this process's hands and may be written over. */
  send(bytes: Uint8Array): Promise<void>
  /** Fills `into` with the next frame. Rejects when the other end is gone, or sent a frame of another length. */
  receive(into: Uint8Array): Promise<void>
  close(): void
}

/** Number of the frame and its length, so that two ends that are out of step don't take one thing for another. */
const HEADER_BYTES = 8

type Wanted = { into: Uint8Array; filled: number; done: () => void; failed: (error: Error) => void }

export function channelOver(socket: Socket): Channel {
  const arrived: Buffer[] = []
  let wanted: Wanted | undefined
  let gone: Error | undefined
  let sent = 0
  let received = 0

  socket.setNoDelay?.(true)
  socket.on('data', (bytes) => {
    arrived.push(bytes)
    pump()
  })
  socket.on('error', (error) => end(error))
  socket.on('close', () => end(new Error('the other end is gone')))

  function end(error: Error): void {
    gone ??= error
    pump()
  }

  function pump(): void {
    while (wanted && arrived.length > 0) {
      const first = arrived[0]!
      const taken = first.subarray(0, wanted.into.length - wanted.filled)
      wanted.into.set(taken, wanted.filled)
      wanted.filled += taken.length
      if (taken.length === first.length) arrived.shift()
      else arrived[0] = first.subarray(taken.length)
      if (wanted.filled < wanted.into.length) continue
      const { done } = wanted
      wanted = undefined
      done()
    }
    if (gone) wanted?.failed(gone)
    // Nobody takes what comes: the sender waits rather than this process's memory grows.
    else if (arrived.length > 0) socket.pause()
    else socket.resume()
  }

  function take(into: Uint8Array): Promise<void> {
    return new Promise((done, failed) => {
      wanted = { into, filled: 0, done, failed }
      pump()
    })
  }

  function write(bytes: Uint8Array): Promise<void> {
    return new Promise((done, failed) => {
      socket.write(bytes, (error) => (error ? failed(error) : done()))
    })
  }

  return {
    async send(bytes) {
      const header = Uint32Array.of(sent++, bytes.length)
      await Promise.all([write(new Uint8Array(header.buffer)), write(bytes)])
    },
    async receive(into) {
      const header = new Uint32Array(HEADER_BYTES / 4)
      await take(new Uint8Array(header.buffer))
      const [number, length] = header
      if (number !== received++ || length !== into.length)
        throw new Error(
          `frame ${number} of ${length} bytes came instead of frame ${received - 1} of ${into.length}`,
        )
      await take(into)
    },
    close: () => socket.destroy(),
  }
}

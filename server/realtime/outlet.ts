import type { Socket } from 'socket.io'

/**
 * The way out to one client. What waits for it is asked for when the last message has left, not kept: a client that is
 * slow, or asleep, holds one message in memory, whatever happens to the runs it watches.
 */
export type Outlet = {
  /** Asks `source` once there is room, one source after the other. */
  pull(source: Source): void
  forget(source: Source): void
  /** Whether a message would leave at once: there is room, and nothing waits. */
  ready(): boolean
}

/** Sends one message, or none. Answers whether it has more to say: then its turn comes again. */
export type Source = () => Promise<boolean> | boolean

/** @param onTrouble hears what a source throws. */
export function outletOf({ conn }: Pick<Socket, 'conn'>, onTrouble: (thrown: unknown) => void): Outlet {
  const waiting = new Set<Source>()
  let pumping = false

  /** The transport says when its last message is with the operating system. */
  const hasRoom = () => conn.readyState === 'open' && conn.transport.writable

  async function pump(): Promise<void> {
    if (pumping) return
    pumping = true
    try {
      while (waiting.size > 0 && hasRoom()) {
        const [source] = waiting
        waiting.delete(source!)
        // One that has more to say stands last in line for it.
        if (await source!()) waiting.add(source!)
      }
    } catch (thrown) {
      waiting.clear()
      onTrouble(thrown)
    } finally {
      pumping = false
    }
  }

  const onReady = () => void pump()
  conn.transport.on('ready', onReady)
  conn.on('upgrade', (transport) => {
    transport.on('ready', onReady)
    onReady()
  })
  return {
    pull(source) {
      waiting.add(source)
      void pump()
    },
    forget: (source) => void waiting.delete(source),
    ready: () => !pumping && waiting.size === 0 && hasRoom(),
  }
}

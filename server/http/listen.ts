import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Problem } from '../../lib/problem.ts'

/** How many ports are tried, the first one included. */
const TRIES = 50

/**
 * Listens at `host`, on `port` or the next one that is free.
 *
 * @returns the port. @throws Problem `server/no-port`, `server/bad-address`.
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  const last = port === 0 ? 0 : Math.min(65535, port + TRIES - 1)
  for (let candidate = port; candidate <= last; candidate++) {
    const trouble = await tryToListen(server, host, candidate)
    if (!trouble) return (server.address() as AddressInfo).port
    if (trouble.code !== 'EADDRINUSE' && trouble.code !== 'EACCES') throw badAddress(host, trouble)
  }
  throw new Problem('server/no-port', {
    says: `No port from ${port} to ${last} is free.`,
    advice: 'Name another one with --port.',
  })
}

function tryToListen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening)
      resolve(error)
    }
    const onListening = () => {
      server.off('error', onError)
      resolve(undefined)
    }
    server.once('error', onError).once('listening', onListening).listen(port, host)
  })
}

function badAddress(host: string, cause: NodeJS.ErrnoException): Problem {
  return new Problem('server/bad-address', {
    says: `The server can't listen at ${host}: ${cause.message}.`,
    advice: 'Give an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them.',
    cause,
  })
}

import { Problem } from '../lib/problem.ts'
import type { Log } from './log/log.ts'

/** How pages are served: from the last build, compiled as they are asked for, or not at all (API only). */
export type PagesMode = 'built' | 'dev' | 'none'

/** What a server is started with. */
export type Settings = {
  readonly dataDir: string
  /** A Postgres server instead of the embedded database. */
  readonly databaseUrl?: string | undefined
  /** The address to listen on. Any other than this machine's own needs the admin token. */
  readonly host: string
  /** The first port to try; the next free one is taken when it is busy. 0 takes any. */
  readonly port: number
  readonly pages: PagesMode
  /** Makes another admin token: the old one no longer opens anything. */
  readonly newToken?: boolean | undefined
  /** Lines for whoever started the server. */
  readonly say?: ((line: string) => void) | undefined
  /** What happens on the server, run by run; without it, what is out of order goes to `say`. */
  readonly log?: Log | undefined
}

export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_PORT = 4242

/** Whether only this machine can reach a server that listens there, or that is called so. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** @throws Problem `server/bad-address`. */
export function checkAddress({ host, port }: Pick<Settings, 'host' | 'port'>): void {
  if (host !== '' && Number.isInteger(port) && port >= 0 && port <= 65535) return
  throw new Problem('server/bad-address', {
    says: `The server can't listen at ${host || '(nothing)'}, port ${port}.`,
    advice: 'Give an address of this machine and a port from 0 to 65535.',
  })
}

import { io, type Socket } from 'socket.io-client'
import type { DeviceUse } from '../../lib/api/device-use.ts'
import { arrival } from '../../lib/live/arrival.ts'
import type { Arrivals, Contract } from '../../lib/live/contract.ts'
import { mergeOverview } from '../../lib/live/merge-overview.ts'
import type { ClientMessages, Overview, OverviewChange, ServerMessages } from '../../lib/live/protocol.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'

/** Whether what is shown is up to date. `refused`: the server wants nothing more of this page. */
export type Connection =
  | { readonly status: 'connecting' | 'live' | 'lost' }
  | { readonly status: 'refused'; readonly problem: ProblemSummary }

type LiveSocket = Socket<ServerMessages, ClientMessages>

/** The one connection of a page to the server; everything that arrives over it is checked. */
export class Live {
  readonly contract: Contract
  readonly socket: LiveSocket
  connection: Connection = { status: 'connecting' }
  overview: Overview | undefined
  deviceUse: readonly DeviceUse[] = []
  private readonly listeners = new Set<() => void>()
  private overviewReaders = 0
  private deviceUseReaders = 0

  constructor(contract: Contract, share?: string) {
    this.contract = contract
    this.socket = io({
      path: contract.path,
      auth: { protocol: contract.protocol, ...(share && { share }) },
      transports: ['websocket', 'polling'],
      reconnectionDelayMax: 3000,
    })
    this.socket.on('connect', () => this.becomes({ status: 'live' }))
    this.socket.on('disconnect', (reason) => {
      if (this.connection.status !== 'refused') this.becomes({ status: 'lost' })
      if (reason === 'io server disconnect' && this.connection.status === 'lost') this.socket.connect()
    })
    this.socket.on('connect_error', (error) => this.failed(error))
    this.socket.on('revoked', (message) => this.refuse(this.check('revoked', message).problem))
    this.socket.on('overview', (message) => this.merge(this.check('overview', message)))
    this.socket.on('connect', () => this.overviewReaders > 0 && this.askOverview())
    this.socket.on('deviceUse', (message) => {
      this.deviceUse = this.check('deviceUse', message).devices
      this.tell()
    })
    this.socket.on('connect', () => this.deviceUseReaders > 0 && this.socket.emit('watchDeviceUse'))
  }

  /** Checked, or a Problem. */
  readonly check = <Name extends keyof Arrivals>(name: Name, value: unknown): Arrivals[Name] =>
    arrival(this.contract, name, value)

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Like {@link subscribe}; the server sends the overview while somebody reads it. */
  readonly subscribeOverview = (listener: () => void): (() => void) => {
    const stop = this.subscribe(listener)
    if (this.overviewReaders++ === 0 && this.socket.connected) this.askOverview()
    return () => {
      stop()
      if (--this.overviewReaders === 0) this.socket.emit('unwatchOverview')
    }
  }

  /** Like {@link subscribe}; devices are read on the server while somebody reads it. */
  readonly subscribeDeviceUse = (listener: () => void): (() => void) => {
    const stop = this.subscribe(listener)
    if (this.deviceUseReaders++ === 0 && this.socket.connected) this.socket.emit('watchDeviceUse')
    return () => {
      stop()
      if (--this.deviceUseReaders === 0) this.socket.emit('unwatchDeviceUse')
    }
  }

  private askOverview(): void {
    this.socket.emit('watchOverview', (answer) => {
      const overview = this.check('overviewAnswer', answer)
      if ('problem' in overview) this.refuse(overview.problem)
      else this.see(overview)
    })
  }

  private see(overview: Overview): void {
    const { runs, ...machine } = overview
    this.overview = this.overview ? mergeOverview(this.overview, { runs, machine }) : overview
    this.tell()
  }

  /** Changes come after the answer that they are changes of. */
  private merge(change: OverviewChange): void {
    if (!this.overview) return
    this.overview = mergeOverview(this.overview, change)
    this.tell()
  }

  /** Without `data` it is the network, and Socket.IO tries again; with it the server has said no. */
  private failed(error: Error & { data?: unknown }): void {
    const said = error.data
    if (said === undefined) this.becomes({ status: 'lost' })
    else this.refuse(problemOf(this.contract, said))
  }

  private refuse(problem: ProblemSummary): void {
    this.becomes({ status: 'refused', problem })
    this.socket.disconnect()
  }

  private becomes(connection: Connection): void {
    this.connection = connection
    this.tell()
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}

/** A problem that the server sent, bare or as `{ problem }`. */
export function problemOf(contract: Contract, said: unknown): ProblemSummary {
  const inner = typeof said === 'object' && said !== null && 'problem' in said ? said.problem : said
  try {
    return arrival(contract, 'problem', inner)
  } catch (thrown) {
    return Problem.from(thrown).summary()
  }
}

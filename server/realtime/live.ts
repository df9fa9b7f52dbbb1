import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server } from 'socket.io'
import type { BundleState } from '../../lib/api/models.ts'
import {
  type ClientMessages,
  handshakeSchema,
  LIVE_PATH,
  LIVE_PROTOCOL,
  type ServerMessages,
} from '../../lib/live/protocol.ts'
import { Problem } from '../../lib/problem.ts'
import type { AdminToken } from '../auth/admin-token.ts'
import { strangeHost, strangeOrigin } from '../auth/host-and-origin.ts'
import { visitorOf } from '../auth/visitor.ts'
import type { Parts } from '../parts.ts'
import { linkEnded } from '../sharing/sharing.ts'
import { betweenServers } from './between-servers.ts'
import { tellDeviceUse } from './device-use.ts'
import { tellOverview } from './overview.ts'
import { openRooms } from './rooms.ts'
import { answerWatches, type LiveSocket, type ServersMessages, type Watching } from './watching.ts'

export type Live = {
  importChanged(): void
  /** The queue was paused, or goes on. */
  queueChanged(): void
  bundleChanged(run: string, bundle: BundleState): void
  close(): Promise<void>
}

/** How often it is looked which workers there are: they come and go without an event. */
const WORKERS_MS = 5000

/** The largest message that a client may send. */
const MOST_BYTES = 64 * 1024

export type LiveSettings = {
  readonly token: AdminToken | undefined
  /** Where other servers may use the same database. */
  readonly databaseUrl: string | undefined
}

/** Live events over Socket.IO on our HTTP server. */
export function startLive(http: HttpServer, parts: Parts, { token, databaseUrl }: LiveSettings): Live {
  const others = databaseUrl === undefined ? undefined : betweenServers(databaseUrl)
  const io = new Server<ClientMessages, ServerMessages, ServersMessages>(http, {
    path: LIVE_PATH,
    serveClient: false,
    maxHttpBufferSize: MOST_BYTES,
    destroyUpgrade: false,
    allowRequest: (request, answer) => answer(null, comesFromUs(request, token)),
    ...(others && { adapter: others.adapter }),
  })
  // Each server sends to its own sockets; a message to many is encoded once.
  const rooms = openRooms({
    runs: parts.worker.store.runs,
    find: parts.services.runs.find,
    send: (sockets, runId, events) => io.local.to(sockets).emit('events', { runId, events }),
  })
  const overview = tellOverview({
    ...parts,
    send: (sockets, message) => io.local.to(sockets).emit('overview', message),
  })
  const looks = others && setInterval(() => overview.changed(), WORKERS_MS).unref()
  const deviceUse = tellDeviceUse({ devices: () => parts.worker.devices() })
  const open = new Map<LiveSocket, { watching: Watching; share?: string | undefined }>()

  io.use(async (socket, next) => {
    const admitted = await admit(socket).catch(Problem.from)
    next(
      admitted instanceof Problem
        ? Object.assign(new Error(admitted.says), { data: admitted.summary() })
        : undefined,
    )
  })

  /** Whom the handshake lets in, and to what: a share's token opens its run and nothing else. */
  async function admit(socket: LiveSocket): Promise<void> {
    const shown = handshakeSchema.safeParse(socket.handshake.auth)
    if (!shown.success || shown.data.protocol !== LIVE_PROTOCOL) throw otherVersion()
    if (shown.data.share === undefined) {
      if (visitorOf(socket.request.headers, token) !== 'admin') throw tokenWanted()
      return
    }
    const share = await parts.sharing.open(shown.data.share)
    if (!share) throw linkEnded()
    Object.assign(socket.data, { share })
  }

  io.on('connection', (socket) => {
    const share = socket.data.share as { id: string; run: string; expiresAt?: string } | undefined
    const watching = answerWatches(socket, { ...parts, rooms, only: share?.run })
    open.set(socket, { watching, share: share?.id })
    socket.on('disconnect', () => open.delete(socket))
    if (!share) {
      overview.answer(socket, watching)
      deviceUse.answer(socket, watching)
    } else if (share.expiresAt) endAt(socket, Date.parse(share.expiresAt))
  })

  const bundleChanged = (runId: string, bundle: BundleState) => {
    for (const { watching } of open.values()) watching.bundle(runId, bundle)
  }
  const revoked = (share: string) => {
    for (const [socket, viewer] of open) if (viewer.share === share) cutOff(socket)
  }
  io.on('bundle', bundleChanged)
  io.on('revoked', revoked)
  const unsubscribe = parts.sharing.onRevoked((share) => {
    revoked(share)
    if (others) io.serverSideEmit('revoked', share)
  })

  return {
    importChanged: () => overview.changed(),
    queueChanged: () => overview.changed(),
    bundleChanged(runId, bundle) {
      bundleChanged(runId, bundle)
      if (others) io.serverSideEmit('bundle', runId, bundle)
    },
    async close() {
      unsubscribe()
      clearInterval(looks)
      overview.close()
      deviceUse.close()
      rooms.close()
      await io.close()
      await others?.close()
    },
  }
}

function comesFromUs(request: IncomingMessage, token: AdminToken | undefined): boolean {
  return !strangeHost(request.headers, token !== undefined) && !strangeOrigin(request.headers)
}

/** The longest that a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1

function endAt(socket: LiveSocket, at: number): void {
  const timer = setTimeout(
    () => (Date.now() < at ? endAt(socket, at) : cutOff(socket)),
    Math.min(Math.max(0, at - Date.now()), LONGEST_MS),
  ).unref()
  socket.on('disconnect', () => clearTimeout(timer))
}

function cutOff(socket: LiveSocket): void {
  socket.emit('revoked', { problem: linkEnded().summary() })
  socket.disconnect(true)
}

function otherVersion(): Problem {
  return new Problem('live/other-version', {
    says: 'This page and the server are of different versions of Whippet.',
    advice: 'Load the page again.',
  })
}

function tokenWanted(): Problem {
  return new Problem('auth/token', {
    says: 'This server wants its admin token.',
    advice: 'Log in at /login.',
  })
}

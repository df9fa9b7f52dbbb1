import type { Socket } from 'socket.io'
import type { BundleState } from '../../lib/api/models.ts'
import {
  type ClientMessages,
  type ServerMessages,
  type Stretch,
  type Watch,
  type WatchAnswer,
  watchSchema,
} from '../../lib/live/protocol.ts'
import { Problem } from '../../lib/problem.ts'
import type { Parts } from '../parts.ts'
import { unknownRun } from '../worker/run-problems.ts'
import { endOf } from './log-tail.ts'
import { type Outlet, outletOf, type Source } from './outlet.ts'
import type { Rooms, Seat } from './rooms.ts'

export type LiveSocket = Socket<ClientMessages, ServerMessages, ServersMessages>

/** What servers that share a database tell each other; events and runs they read from it. */
export type ServersMessages = {
  bundle: (runId: string, bundle: BundleState) => void
  revoked: (share: string) => void
}

/** How many runs one client watches at once, and how many requests of it may wait. */
const MOST_WATCHED = 20

export type Watching = {
  readonly outlet: Outlet
  /** Tells this client, where it watches the run. */
  bundle(runId: string, bundle: BundleState): void
}

export type WatchingSettings = Pick<Parts, 'services' | 'bundles'> & {
  readonly rooms: Rooms
  /** The one run that this client may see. */
  readonly only?: string | undefined
}

/**
 * Answers `watch`: what was missed in the answer, what happens later on its own. Each client has a seat at the log and is
 * sent what stands after its place, so nothing comes twice and nothing is left out.
 */
export function answerWatches(socket: LiveSocket, settings: WatchingSettings): Watching {
  const { services, rooms, bundles, only } = settings
  const outlet = outletOf(socket, () => socket.disconnect(true))
  const watched = new Map<string, { end(): void }>()
  /** The latest of each run; sent when there is room. */
  const latestBundles = new Map<string, BundleState>()
  let asked = 0

  function unwatch(runId: string): void {
    watched.get(runId)?.end()
    watched.delete(runId)
    latestBundles.delete(runId)
  }

  async function watch({ runId, afterSeq }: Watch): Promise<WatchAnswer> {
    const run = only === undefined || only === runId ? await services.runs.find(runId) : undefined
    if (run?.id !== runId) throw unknownRun(runId)
    unwatch(runId)
    if (watched.size >= MOST_WATCHED) throw tooMany()
    const seat: Seat = {
      place: undefined,
      socket: socket.id,
      ready: outlet.ready,
      pull: () => outlet.pull(next),
    }
    const next: Source = async () => {
      const before = seat.place
      if (before === undefined) return false
      const stretch = await tail.after(before)
      // Meanwhile the client may have left, and the room may have sent it these.
      if (watched.get(runId)?.end !== end || seat.place !== before) return false
      seat.place = endOf(stretch, before)
      if (seat.place === before) return false
      send(runId, stretch)
      return tail.reaches(seat.place)
    }
    // Joined before the log is read, so that nothing in between is missed; sources take turns, so it comes after the answer.
    const { tail, leave } = rooms.join(runId, seat)
    const end = () => {
      outlet.forget(next)
      leave()
    }
    watched.set(runId, { end })
    const stretch = await tail.after(afterSeq)
    latestBundles.set(runId, await bundles.state(run))
    seat.place = endOf(stretch, afterSeq)
    if (tail.reaches(seat.place)) seat.pull()
    return stretch
  }

  function send(runId: string, stretch: Stretch): void {
    if ('events' in stretch) socket.emit('events', { runId, events: stretch.events })
    else socket.emit('skipped', { runId, skipped: stretch.skipped })
  }

  async function answerTo(raw: unknown): Promise<WatchAnswer> {
    try {
      return await watch(read(raw))
    } catch (thrown) {
      return problemOf(thrown)
    }
  }

  const sendBundles: Source = () => {
    for (const [runId, bundle] of latestBundles) socket.emit('bundle', { runId, bundle })
    latestBundles.clear()
    return false
  }

  socket.on('watch', (raw, answer) => {
    if (typeof answer !== 'function') return
    if (asked >= MOST_WATCHED) return answer(problemOf(tooMany()))
    asked++
    outlet.pull(async () => {
      asked--
      answer(await answerTo(raw))
      if (latestBundles.size > 0) outlet.pull(sendBundles)
      return false
    })
  })
  socket.on('unwatch', (message) => unwatch(String(message?.runId)))
  socket.on('disconnect', () => {
    for (const runId of [...watched.keys()]) unwatch(runId)
  })
  return {
    outlet,
    bundle(runId, bundle) {
      if (!watched.has(runId)) return
      latestBundles.set(runId, bundle)
      outlet.pull(sendBundles)
    },
  }
}

function read(raw: unknown): Watch {
  const message = watchSchema.safeParse(raw)
  if (message.success) return message.data
  throw new Problem('live/bad-message', {
    says: 'The server does not understand what this page asks for.',
    advice: 'Load the page again.',
    cause: message.error,
  })
}

export function problemOf(thrown: unknown) {
  return { problem: Problem.from(thrown).summary() }
}

function tooMany(): Problem {
  return new Problem('live/too-many', {
    says: `One page watches ${MOST_WATCHED} runs at once at most.`,
    advice: 'Close some of them.',
  })
}

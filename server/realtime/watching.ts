import type { Socket } from 'socket.io'
import type { BundleState } from '../../lib/api/models.ts'
import {
  type ClientMessages,
  type ServerMessages,
  type Watch,
  type WatchAnswer,
  watchSchema,
} from '../../lib/live/protocol.ts'
import { Problem } from '../../lib/problem.ts'
import type { Parts } from '../parts.ts'
import { unknownRun } from '../worker/run-problems.ts'
import { type Outlet, outletOf, type Source } from './outlet.ts'
import type { Tails } from './tail.ts'

export type LiveSocket = Socket<ClientMessages, ServerMessages>

/** How many runs one client watches at once, and how many requests of it may wait. */
const MOST_WATCHED = 20

export type Watching = {
  readonly outlet: Outlet
  /** Tells this client, where it watches the run. */
  bundle(runId: string, bundle: BundleState): void
}

export type WatchingSettings = Pick<Parts, 'services' | 'worker' | 'bundles'> & {
  readonly tails: Tails
  /** The one run that this client may see. */
  readonly only?: string | undefined
}

type Place = { end(): void }

/**
 * Answers `watch`: what was missed in the answer, what happens later as `events`. Each client has a place in the log and
 * is sent what stands after it, so nothing comes twice and nothing is left out.
 */
export function answerWatches(socket: LiveSocket, settings: WatchingSettings): Watching {
  const { services, worker, bundles, tails, only } = settings
  const outlet = outletOf(socket, () => socket.disconnect(true))
  const watched = new Map<string, Place>()
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
    let place = afterSeq
    const next: Source = async () => {
      const events = await tail.after(place)
      const last = events.at(-1)
      if (!last || watched.get(runId)?.end !== end) return false
      place = last.seq
      socket.emit('events', { runId, events })
      return tail.reaches(place)
    }
    // Heard before the log is read, so that nothing in between is missed; sources take turns, so it comes after the answer.
    const { tail, end: endTail } = tails.watch(runId, () => outlet.pull(next))
    const end = () => {
      outlet.forget(next)
      endTail()
    }
    watched.set(runId, { end })
    const events = await worker.store.runs.events(runId, afterSeq)
    place = events.at(-1)?.seq ?? afterSeq
    latestBundles.set(runId, await bundles.state(run))
    return { events }
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

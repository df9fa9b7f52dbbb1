import { io, type Socket } from 'socket.io-client'
import {
  type ClientMessages,
  LIVE_PATH,
  LIVE_PROTOCOL,
  type ServerMessages,
  type Stretch,
} from '../lib/live/protocol.ts'
import type { RunEvent } from '../lib/run/events.ts'

/** What all watchers of a process have seen. */
export type Tally = {
  /** How many live events came after so many whole milliseconds. */
  readonly delays: Map<number, number>
  /** Stretches that did not begin where the one before them ended. */
  gaps: number
  events: number
  skipped: number
}

/** A client that watches one run, and holds every sequence number to the one before it. */
export type Watcher = {
  readonly run: string
  connect(): Promise<void>
  disconnect(): void
  /** Resolves once it has seen the log so far. */
  reached(seq: number): Promise<void>
}

export function openWatcher(url: string, run: string, tally: Tally): Watcher {
  const socket: Socket<ServerMessages, ClientMessages> = io(url, {
    path: LIVE_PATH,
    auth: { protocol: LIVE_PROTOCOL },
    transports: ['websocket'],
    autoConnect: false,
    reconnection: false,
    forceNew: true,
  })
  let place = 0
  let waiting: { seq: number; done: () => void }[] = []

  function take(stretch: Stretch): void {
    const [from, to] = endsOf(stretch, place)
    if (from !== place + 1) tally.gaps++
    place = to
    if ('skipped' in stretch) {
      tally.skipped += to - from + 1
      if (stretch.skipped.run.seq !== to) tally.gaps++
    } else if (stretch.events.some(({ seq }, i) => seq !== from + i)) tally.gaps++
    for (const { seq, done } of waiting) if (place >= seq) done()
    waiting = waiting.filter(({ seq }) => place < seq)
  }

  function noteDelays(events: readonly RunEvent[]): void {
    const now = Date.now()
    tally.events += events.length
    for (const { at } of events) {
      const delay = Math.max(0, now - Date.parse(at))
      tally.delays.set(delay, (tally.delays.get(delay) ?? 0) + 1)
    }
  }

  socket.on('events', (message) => {
    noteDelays(message.events)
    take(message)
  })
  socket.on('skipped', take)

  return {
    run,
    async connect() {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('connect_error', reject)
        socket.connect()
      })
      // In a callback: after an await, events that came in one packet with the answer would be seen before it.
      await new Promise<void>((resolve, reject) => {
        socket.emit('watch', { runId: run, afterSeq: place }, (answer) => {
          if ('problem' in answer) return reject(new Error(answer.problem.says))
          take(answer)
          resolve()
        })
      })
    },
    disconnect: () => void socket.disconnect(),
    reached: (seq) =>
      new Promise((done) => {
        if (place >= seq) done()
        else waiting.push({ seq, done })
      }),
  }
}

/** The first and the last number of a stretch; of an empty one those of nothing after `place`. */
function endsOf(stretch: Stretch, place: number): [from: number, to: number] {
  if ('skipped' in stretch) return [stretch.skipped.from, stretch.skipped.to]
  const { events } = stretch
  return [events[0]?.seq ?? place + 1, events.at(-1)?.seq ?? place]
}

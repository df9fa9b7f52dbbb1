import type { RunEvent } from '../../lib/run/events.ts'
import type { Store } from '../store/open.ts'
import { type LogTail, type LogTailSettings, logTail } from './log-tail.ts'

/** Between two messages to a room: what happens meanwhile goes together. The first one after a pause goes at once. */
const PACE_MS = 100
/** A room outlives its last watcher so long, so that all who come back after a break find its events in memory. */
const LINGER_MS = 30_000

/** One client's place in a run's log. */
export type Seat = {
  /** Of the last event that was sent; undefined until the first answer has been. */
  place: number | undefined
  readonly socket: string
  /** Whether a message would leave at once, and nothing else waits before it. */
  ready(): boolean
  /** There is more in the log: to be sent when there is room. */
  pull(): void
}

export type Room = { readonly tail: LogTail; leave(): void }

/** Who watches which run. */
export type Rooms = {
  join(runId: string, seat: Seat): Room
  close(): void
}

export type RoomsSettings = Omit<LogTailSettings, 'runs'> & {
  readonly runs: Store['runs']
  /** Sends one message to many sockets, encoded once. */
  readonly send: (sockets: string[], runId: string, events: RunEvent[]) => void
}

type Kept = { readonly tail: LogTail; readonly seats: Set<Seat>; end(): void; linger?: NodeJS.Timeout }

/**
 * Events to those who watch a run. Most watchers stand at the same place and can take more: they get one message, encoded
 * once. The others have a place in the log each and get what comes after it when they can take it, which costs no memory.
 */
export function openRooms({ runs, send, ...settings }: RoomsSettings): Rooms {
  const rooms = new Map<string, Kept>()

  function open(runId: string): Kept {
    const tail = logTail(runId, { runs, ...settings })
    const seats = new Set<Seat>()
    let timer: NodeJS.Timeout | undefined
    let waits = false

    function tell(): void {
      timer = undefined
      if (!waits) return
      waits = false
      tellAll(runId, { tail, seats }, send)
      timer = setTimeout(tell, PACE_MS)
    }

    const unsubscribe = runs.subscribe(runId, (event) => {
      tail.add(event)
      waits = true
      // Events that are stored together are told one by one: after the last of them.
      timer ??= setTimeout(tell, 0)
    })
    const end = () => {
      unsubscribe()
      clearTimeout(timer)
      rooms.delete(runId)
    }
    return { tail, seats, end }
  }

  return {
    join(runId, seat) {
      const room = rooms.get(runId) ?? open(runId)
      rooms.set(runId, room)
      clearTimeout(room.linger)
      room.seats.add(seat)
      return {
        tail: room.tail,
        leave() {
          if (!room.seats.delete(seat) || room.seats.size > 0) return
          room.linger = setTimeout(room.end, LINGER_MS).unref()
        },
      }
    },
    close() {
      for (const room of rooms.values()) {
        clearTimeout(room.linger)
        room.end()
      }
    },
  }
}

function tellAll(
  runId: string,
  { tail, seats }: Pick<Kept, 'tail' | 'seats'>,
  send: RoomsSettings['send'],
): void {
  const together = new Map<number, Seat[]>()
  for (const seat of seats) {
    if (seat.place === undefined || !tail.reaches(seat.place)) continue
    if (!seat.ready()) seat.pull()
    else together.set(seat.place, [...(together.get(seat.place) ?? []), seat])
  }
  for (const [place, group] of together) {
    const events = tail.near(place)
    const last = events?.at(-1)
    if (!events || !last) for (const seat of group) seat.pull()
    else {
      for (const seat of group) seat.place = last.seq
      send(
        group.map(({ socket }) => socket),
        runId,
        events,
      )
    }
  }
}

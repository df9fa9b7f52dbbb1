import { z } from 'zod'
import { importStateSchema } from '../api/datasets.ts'
import { deviceUseSchema } from '../api/device-use.ts'
import { deviceSchema } from '../api/machine.ts'
import { bundleStateSchema } from '../api/models.ts'
import { waitingRunSchema } from '../api/queue.ts'
import { runSummarySchema } from '../api/runs.ts'
import { problemSummarySchema, runEventSchema } from '../run/events.ts'

/** Raised whenever a message changes its meaning; both ends refuse another version. */
export const LIVE_PROTOCOL = 1

/** Where Socket.IO listens. */
export const LIVE_PATH = '/live'

/** `auth` of the handshake. A share's token opens that one run and nothing else. */
export const handshakeSchema = z.object({
  protocol: z.number().int(),
  share: z.string().optional(),
})

/**
 * `watch`: the events of a run after `afterSeq`, at first in the answer, then live ones as `events` messages, in order and
 * without gaps. A client that sees a gap watches again with the last seq it has.
 */
export const watchSchema = z.object({ runId: z.string(), afterSeq: z.number().int().nonnegative() })
export type Watch = z.infer<typeof watchSchema>

/** Answers of the server: `ok` or a problem for people. */
export const watchAnswerSchema = z.union([
  z.object({ events: z.array(runEventSchema) }),
  z.object({ problem: problemSummarySchema }),
])
export type WatchAnswer = z.infer<typeof watchAnswerSchema>

/** `events`, server → client. */
export const eventsMessageSchema = z.object({ runId: z.string(), events: z.array(runEventSchema).min(1) })
export type EventsMessage = z.infer<typeof eventsMessageSchema>

/**
 * `overview`, server → client, at most twice a second and only after a change, to those who asked with `watchOverview`:
 * what runs, what is imported, who holds which device. `runs` are those that changed since the last message; the first
 * message has the newest ones.
 */
export const overviewSchema = z.object({
  runs: z.array(runSummarySchema),
  imports: z.array(importStateSchema),
  devices: z.array(deviceSchema),
  /** What waits, in its order. */
  waiting: z.array(waitingRunSchema),
  /** Why no run is begun; absent: they are. */
  paused: problemSummarySchema.optional(),
})
export type Overview = z.infer<typeof overviewSchema>

/** `bundle`, server → client, to those who watch the run: its browser model, as it is made. */
export const bundleMessageSchema = z.object({ runId: z.string(), bundle: bundleStateSchema })
export type BundleMessage = z.infer<typeof bundleMessageSchema>

/** `deviceUse`, server → client, every two seconds to those who asked with `watchDeviceUse`. */
export const deviceUseMessageSchema = z.object({ devices: z.array(deviceUseSchema) })
export type DeviceUseMessage = z.infer<typeof deviceUseMessageSchema>

/** `revoked`, server → client: the share is no longer valid; the connection ends after it. */
export const revokedSchema = z.object({ problem: problemSummarySchema })

export type ServerMessages = {
  events: (message: EventsMessage) => void
  overview: (message: Overview) => void
  bundle: (message: BundleMessage) => void
  deviceUse: (message: DeviceUseMessage) => void
  revoked: (message: z.infer<typeof revokedSchema>) => void
}
export type ClientMessages = {
  watch: (message: Watch, answer: (answer: WatchAnswer) => void) => void
  unwatch: (message: { runId: string }) => void
  watchOverview: (
    answer: (answer: Overview | { problem: z.infer<typeof problemSummarySchema> }) => void,
  ) => void
  unwatchOverview: () => void
  watchDeviceUse: () => void
  unwatchDeviceUse: () => void
}

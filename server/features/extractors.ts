import type { ChildProcess } from 'node:child_process'
import { Problem } from '../../lib/problem.ts'
import type { Device } from '../devices/device.ts'
import {
  type Assignment,
  EXTRACTOR_PROTOCOL,
  fromExtractorSchema,
  type PictureFile,
  type ToExtractor,
} from './extractor/messages.ts'
import type { StartExtractor } from './extractor/start.ts'
import { type WorkList, workList } from './work-list.ts'

/** How often an extractor that dies is started again. */
const RESTARTS = 1

export type Extractors = {
  assignment: Assignment
  /** No picture twice. */
  pictures: readonly PictureFile[]
  /** An extractor process each; a device may come several times. */
  devices: readonly Device[]
  start: StartExtractor
  onExtracted: (done: number) => void
  signal?: AbortSignal | undefined
}

/** Why the extractors are to end: everything is done, or there is trouble. */
type End = { trouble?: unknown }

/** What the extractors of one call share. */
type Shared = Extractors & {
  work: WorkList
  over: Promise<End>
  end: (how: End) => void
  /** Of the living ones: hands them pictures where they run short. */
  feeders: Set<() => void>
  /** Extractors that have not died for good. */
  left: number
}

/**
 * Runs pictures through several extractors at once until all are done; who is faster takes more, and what one that dies
 * had is taken by others. When it settles, every process has ended.
 *
 * @throws Problem `features/extractor-died` when all have died twice, what an extractor reports, or the signal's reason.
 */
export async function runExtractors(extractors: Extractors): Promise<void> {
  const { pictures, devices, signal } = extractors
  signal?.throwIfAborted()
  let end: (how: End) => void = () => undefined
  const over = new Promise<End>((resolve) => {
    end = resolve
  })
  const shared: Shared = {
    ...extractors,
    work: workList(pictures),
    over,
    end,
    feeders: new Set(),
    left: devices.length,
  }
  const onAbort = () => end({ trouble: signal?.reason })
  signal?.addEventListener('abort', onAbort)
  const slots = devices.map((device, slot) =>
    keepAlive(slot, device, shared).catch((trouble: unknown) => end({ trouble })),
  )
  await Promise.all(slots)
  signal?.removeEventListener('abort', onAbort)
  const { trouble } = await over
  if (trouble !== undefined) throw trouble
}

/** One extractor, started again when it dies; the others go on without it when it dies again. */
async function keepAlive(slot: number, device: Device, shared: Shared): Promise<void> {
  for (let life = 0; life <= RESTARTS; life++) {
    const death = await live(shared.start(device), slot, shared)
    if (death === undefined) return
    const lost = shared.work.giveBack(slot)
    if (life === RESTARTS && --shared.left === 0) shared.end({ trouble: extractorDied(death, lost) })
    for (const feed of shared.feeders) feed()
  }
}

/** One process from start to exit. Resolves with how it died, or undefined where it was told to end. */
function live(child: ChildProcess, slot: number, shared: Shared): Promise<string | undefined> {
  const { assignment, work, over, end, feeders, onExtracted } = shared
  // A message that doesn't arrive needs no handling of its own: the exit that explains it does.
  const say = (message: ToExtractor) => child.connected && child.send(message, () => undefined)
  const feed = () => {
    for (let chunk = work.take(slot); chunk.length > 0; chunk = work.take(slot)) {
      say({ type: 'extract', pictures: chunk })
    }
  }
  let told = false
  over.then(({ trouble }) => {
    told = true
    if (trouble === undefined) say({ type: 'close' })
    else child.kill('SIGKILL')
  })
  child.on('message', (raw) => {
    const message = fromExtractorSchema.safeParse(raw)
    if (!message.success) return end({ trouble: message.error })
    if (message.data.type === 'failed') {
      const { code, ...details } = message.data.problem
      return end({ trouble: new Problem(code, details) })
    }
    work.finish(slot, message.data.hash)
    onExtracted(work.done)
    if (work.done === work.total) end({})
    else feed()
  })
  say({ type: 'open', protocol: EXTRACTOR_PROTOCOL, assignment })
  feed()
  feeders.add(feed)
  return new Promise((resolve) => {
    const ended = (death: string | undefined) => {
      feeders.delete(feed)
      resolve(death)
    }
    child.on('error', (error) => ended(error.message))
    child.on('exit', (code, signal) => ended(told ? undefined : (signal ?? `exit status ${code}`)))
  })
}

function extractorDied(death: string, lost: readonly PictureFile[]): Problem {
  const suspects =
    lost.length === 0 ? '' : ` It had ${lost.length} pictures, the first of them ${lost[0]?.path}.`
  return new Problem('features/extractor-died', {
    says: `Every extractor process died twice, the last time with ${death}.${suspects}`,
    advice:
      'What was extracted is kept: start the run again. If it dies at the same place, leave that picture out.',
  })
}

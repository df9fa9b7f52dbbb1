import type { ChildProcess } from 'node:child_process'
import type { Decoded } from '../../lib/dataset/assemble.ts'
import { Problem } from '../../lib/problem.ts'
import { DECODER_PROTOCOL, fromDecoderSchema, type ToDecoder } from './decoder/messages.ts'
import type { StartDecoder } from './decoder/start.ts'
import type { SourceFile } from './source/source-file.ts'
import { type WorkQueue, workQueue } from './work-queue.ts'

/** A decoder that never gets ready is started again this often. */
const MOST_FALSE_STARTS = 2
/** Longer than any picture within the limits takes. */
const STUCK_MS = 120_000

export type Decoders = {
  files: readonly SourceFile[]
  dataDir: string
  processes: number
  start: StartDecoder
  onDecoded: (done: number) => void
  signal?: AbortSignal | undefined
  /** A decoder that says nothing for this long while it has work is killed, as if it had died. */
  stuckMs?: number | undefined
}

type End = { trouble?: unknown }

/** What the decoders of one call share. */
type Shared = Decoders & {
  work: WorkQueue
  outcomes: Decoded[]
  /** Each hands its decoder what there is to do; a death elsewhere makes more of it. */
  feeds: Set<() => void>
  over: Promise<End>
  end: (how: End) => void
}

/**
 * Decodes files through several processes at once. When it settles, every process has ended.
 *
 * @returns what became of each file, in their order.
 * @throws Problem `import/decoder-died` when decoders can't even start, what one reports (`blobs/disk-full`), or the
 * signal's reason.
 */
export async function runDecoders(decoders: Decoders): Promise<Decoded[]> {
  const { files, processes, signal } = decoders
  signal?.throwIfAborted()
  if (files.length === 0) return []
  let end: (how: End) => void = () => undefined
  const over = new Promise<End>((resolve) => {
    end = resolve
  })
  const work = workQueue(files.length)
  const shared: Shared = { ...decoders, work, outcomes: new Array(files.length), feeds: new Set(), over, end }
  const onAbort = () => end({ trouble: signal?.reason })
  signal?.addEventListener('abort', onAbort)
  const slots = Array.from({ length: processes }, (_, slot) =>
    keepAlive(slot, shared).catch((trouble: unknown) => end({ trouble })),
  )
  await Promise.all(slots)
  signal?.removeEventListener('abort', onAbort)
  const { trouble } = await over
  if (trouble !== undefined) throw trouble
  return shared.outcomes
}

/** One decoder, started again whenever it dies. */
async function keepAlive(slot: number, shared: Shared): Promise<void> {
  let falseStarts = 0
  while (true) {
    const life = await live(shared.start(), slot, shared)
    if (life.told) return
    falseStarts = life.wasReady ? 0 : falseStarts + 1
    if (falseStarts > MOST_FALSE_STARTS) return shared.end({ trouble: cannotStart(life.death) })
    const culprit = shared.work.died(slot)
    if (culprit !== undefined) settle(culprit, killsDecoder(life.death), shared)
    for (const feed of shared.feeds) feed()
  }
}

type Life = { told: boolean; wasReady: boolean; death: string }

/** One process from start to exit. */
function live(child: ChildProcess, slot: number, shared: Shared): Promise<Life> {
  const { work, files, feeds, over, end, stuckMs = STUCK_MS } = shared
  const life: Life = { told: false, wasReady: false, death: '' }
  // A message that doesn't arrive needs no handling of its own: the exit that explains it does.
  const say = (message: ToDecoder) => child.connected && child.send(message, () => undefined)
  let atWork = 0
  const stuck = setTimeout(() => {
    const idle = life.wasReady && atWork === 0
    if (idle) stuck.refresh()
    else child.kill('SIGKILL')
  }, stuckMs)
  const feed = () => {
    for (let index = work.take(slot); index !== undefined; index = work.take(slot)) {
      if (atWork++ === 0) stuck.refresh()
      say({ type: 'decode', index, file: files[index]! })
    }
  }
  over.then(({ trouble }) => {
    life.told = true
    if (trouble === undefined) say({ type: 'close' })
    else child.kill('SIGKILL')
  })
  child.on('message', (raw) => {
    const message = fromDecoderSchema.safeParse(raw)
    if (!message.success) return end({ trouble: message.error })
    if (message.data.type === 'failed') {
      const { code, ...details } = message.data.problem
      return end({ trouble: new Problem(code, details) })
    }
    if (message.data.type === 'ready') {
      life.wasReady = true
      feeds.add(feed)
    } else {
      work.finish(slot, message.data.index)
      atWork--
      settle(message.data.index, message.data.outcome, shared)
    }
    stuck.refresh()
    feed()
  })
  say({ type: 'open', protocol: DECODER_PROTOCOL, dataDir: shared.dataDir })
  return new Promise((resolve) => {
    const ended = (death: string) => {
      clearTimeout(stuck)
      feeds.delete(feed)
      resolve({ ...life, death })
    }
    child.on('error', (error) => ended(error.message))
    child.on('exit', (code, signal) => ended(signal ?? `exit status ${code}`))
  })
}

function settle(index: number, outcome: Decoded, { work, outcomes, onDecoded, end }: Shared): void {
  outcomes[index] = outcome
  onDecoded(work.done)
  if (work.done === work.total) end({})
}

function killsDecoder(death: string): Decoded {
  const says = `It ended the decoding process twice (${death}); it may be damaged on purpose.`
  return { skipped: { code: 'pictures/kills-decoder', says } }
}

function cannotStart(death: string): Problem {
  return new Problem('import/decoder-died', {
    says: `The process that decodes pictures can't start (${death}).`,
    advice: 'Run "whippet doctor".',
  })
}

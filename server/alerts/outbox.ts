import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Alert, alertSchema, type Delivery } from '../../lib/alerts/alert.ts'
import { delayAfter } from '../../lib/alerts/retry.ts'
import { Problem } from '../../lib/problem.ts'
import { writeDurably } from '../files/write-durably.ts'
import type { Log } from '../log/log.ts'

const entrySchema = z.object({
  alert: alertSchema,
  tries: z.number().int().nonnegative(),
  /** Milliseconds since the epoch. */
  nextAt: z.number(),
  problem: z.string().optional(),
})
type Entry = z.infer<typeof entrySchema>

export type OutboxSettings = {
  readonly dataDir: string
  /** Sends an alert, once. Throws where it was not received; answers false where nobody wants it any more. */
  readonly send: (alert: Alert) => Promise<boolean>
  readonly log: Log
  readonly delay?: typeof delayAfter
}

/** Alerts that are on their way: in a file each until they are received, so that a restart loses none. */
export type Outbox = {
  /** Resolves once the alert is sure to be sent. One that is there already is not added again. */
  add(alert: Alert): Promise<void>
  /** The latest first: those that wait, and the last that left. */
  deliveries(): readonly Delivery[]
  close(): Promise<void>
}

const REMEMBERED = 20

export async function openOutbox({
  dataDir,
  send,
  log,
  delay = delayAfter,
}: OutboxSettings): Promise<Outbox> {
  const folder = join(dataDir, 'alerts', 'outbox')
  await mkdir(folder, { recursive: true })
  const waiting = new Map<string, Entry>()
  for (const entry of await readEntries(folder)) waiting.set(entry.alert.id, entry)
  const left: Delivery[] = []
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | undefined
  let closed = false

  const fileOf = (id: string) =>
    join(folder, `${createHash('sha256').update(id).digest('hex').slice(0, 32)}.json`)

  /** Tries all that are due, then waits for the next. */
  async function work(): Promise<void> {
    for (const entry of [...waiting.values()].sort((a, b) => a.nextAt - b.nextAt)) {
      if (closed || entry.nextAt > Date.now()) break
      await attempt(entry)
    }
  }

  async function attempt(entry: Entry): Promise<void> {
    const { alert } = entry
    try {
      if (await send(alert)) remember(entry, new Date().toISOString())
      await forget(alert.id)
    } catch (thrown) {
      const { says, code } = Problem.from(thrown)
      const tries = entry.tries + 1
      const wait = delay(tries, Math.random())
      const next = { ...entry, tries, problem: says, nextAt: Date.now() + (wait ?? 0) }
      log.warn(wait === undefined ? `${says} It is given up after ${tries} tries.` : says, {
        alert: alert.id,
        code,
      })
      if (wait === undefined) {
        remember(next)
        await forget(alert.id)
      } else {
        waiting.set(alert.id, next)
        await writeDurably(fileOf(alert.id), JSON.stringify(next))
      }
    }
  }

  function remember({ alert: { id, kind }, tries, problem }: Entry, deliveredAt?: string): void {
    left.unshift({
      id,
      kind,
      tries: tries + (deliveredAt ? 1 : 0),
      ...(deliveredAt ? { deliveredAt } : { problem }),
    })
    left.splice(REMEMBERED)
  }

  async function forget(id: string): Promise<void> {
    await rm(fileOf(id), { force: true })
    waiting.delete(id)
  }

  function go(): void {
    clearTimeout(timer)
    if (closed || working) return
    const next = Math.min(...[...waiting.values()].map(({ nextAt }) => nextAt))
    if (next === Number.POSITIVE_INFINITY) return
    timer = setTimeout(
      () => {
        working = work()
          .catch((thrown: unknown) => log.problem(Problem.from(thrown)))
          .finally(() => {
            working = undefined
            go()
          })
      },
      Math.max(0, next - Date.now()),
    ).unref()
  }

  go()
  return {
    async add(alert) {
      if (waiting.has(alert.id)) return
      const entry: Entry = { alert, tries: 0, nextAt: Date.now() }
      waiting.set(alert.id, entry)
      await writeDurably(fileOf(alert.id), JSON.stringify(entry))
      go()
    },
    deliveries: () => [
      ...[...waiting.values()].reverse().map(({ alert: { id, kind }, tries, problem }) => ({
        id,
        kind,
        tries,
        ...(problem && { problem }),
      })),
      ...left,
    ],
    async close() {
      closed = true
      clearTimeout(timer)
      await working
    },
  }
}

async function readEntries(folder: string): Promise<Entry[]> {
  const names: string[] = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  const read = names.map(async (name) =>
    entrySchema.safeParse(await readFile(join(folder, name), 'utf8').then(JSON.parse, () => undefined)),
  )
  return (await Promise.all(read)).flatMap(({ success, data }) => (success ? [data] : []))
}

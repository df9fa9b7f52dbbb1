import type { RunSummary } from '../../lib/api/runs.ts'
import type { RunEvent } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'

/** What the server answers over REST, beside the pages. */
export async function ask<T>(url: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(url + path, {
    ...(body !== undefined && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** A run's log, and what it folds to. */
export async function logOf(url: string, run: string): Promise<{ events: RunEvent[]; run: Run }> {
  const { events } = await ask<{ events: RunEvent[] }>(url, `/api/runs/${run}/events`)
  return { events, run: events.reduce<Run | undefined>(reduceRun, undefined)! }
}

/** A solver that goes on until it is stopped; a picture a step, so that a second is not a thousand events. */
export const ENDLESS = { kind: 'adam', epochs: 100_000_000, batchSize: 1 } as const

export async function startRun(url: string, dataset: string, solver?: unknown): Promise<string> {
  const { run } = await ask<{ run: Run }>(url, '/api/runs', {
    dataset,
    ...(solver !== undefined && { solver }),
  })
  return run.id
}

/** Stops every run that is not over: an endless one would keep the device. */
export async function stopAll(url: string): Promise<void> {
  const { runs } = await ask<{ runs: RunSummary[] }>(url, '/api/runs')
  for (const { id, over } of runs) if (!over) await ask(url, `/api/runs/${id}/stop`, {})
}

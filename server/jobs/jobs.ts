import { randomUUID } from 'node:crypto'
import { type JobState, MOST_JOBS } from '../../lib/api/jobs.ts'
import { Problem } from '../../lib/problem.ts'

export type Progress = { readonly done: number; readonly total: number }

export type Work<Result> = (
  id: string,
  to: { onProgress: (progress: Progress) => void; signal: AbortSignal },
) => Promise<Result>

/** Work that takes longer than a request: begun by one, asked after by others. Forgotten when the server ends. */
export type Jobs<Result> = {
  /** Waits for those before it: one at a time. */
  start(work: Work<Result>): JobState<Result>
  find(id: string): JobState<Result> | undefined
  close(): Promise<void>
}

/** @param onForgotten hears of jobs whose results are dropped, because so many have come after them. */
export function openJobs<Result>(onForgotten: (id: string) => void = () => undefined): Jobs<Result> {
  const states = new Map<string, JobState<Result>>()
  const closing = new AbortController()
  let working: Promise<void> = Promise.resolve()

  async function perform(id: string, work: Work<Result>): Promise<void> {
    const say = (state: JobState<Result>) => void states.set(id, state)
    if (closing.signal.aborted) return
    say({ id, status: 'running', done: 0, total: 0 })
    try {
      const onProgress = ({ done, total }: Progress) => say({ id, status: 'running', done, total })
      const result = await work(id, { onProgress, signal: closing.signal })
      say({ id, status: 'succeeded', result })
    } catch (thrown) {
      say({ id, status: 'failed', problem: Problem.from(thrown).summary() })
    }
  }

  function forget(): void {
    const over = [...states.values()].filter(({ status }) => status === 'succeeded' || status === 'failed')
    for (const { id } of over.slice(0, Math.max(0, states.size - MOST_JOBS))) {
      states.delete(id)
      onForgotten(id)
    }
  }

  return {
    start(work) {
      const state = { id: randomUUID(), status: 'waiting' } as const
      states.set(state.id, state)
      forget()
      working = working.then(() => perform(state.id, work))
      return state
    },
    find: (id) => states.get(id),
    async close() {
      closing.abort(new Problem('server/stopping', { says: 'The server ended before this was done.' }))
      await working
    },
  }
}

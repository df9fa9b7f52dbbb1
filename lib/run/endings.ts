import type { RunSummary } from '../api/runs.ts'
import { percent } from '../figures.ts'

/** A run that has just ended, in words for a notification. */
export type Ending = { readonly run: string; readonly title: string; readonly body: string }

/** Runs that were known to be under way and are over now. Those that nobody knew of are no news. */
export function endingsOf(before: readonly RunSummary[], now: readonly RunSummary[]): Ending[] {
  const underWay = new Set(before.flatMap(({ id, over }) => (over ? [] : [id])))
  return now.flatMap((run) => (run.over && underWay.has(run.id) ? [endingOf(run)] : []))
}

function endingOf({ id, dataset, backbone, status, top1, images, problem }: RunSummary): Ending {
  const title = `${dataset.name}: ${status === 'stopped' ? 'stopped' : status === 'failed' ? 'failed' : 'done'}`
  const score = top1 === undefined ? undefined : `top-1 ${percent(top1)} of ${images} test pictures`
  return { run: id, title, body: problem?.says ?? [backbone, score].filter(Boolean).join(', ') }
}

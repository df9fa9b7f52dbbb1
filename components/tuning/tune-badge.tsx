import type { TuneSummary } from '../../lib/api/tunes.ts'
import { StatusBadge } from '../runs/status.tsx'

/** A tune's state: a word and a sign. */
export function TuneBadge({ status }: Pick<TuneSummary, 'status'>) {
  return status === 'running' ? (
    <StatusBadge status="training" words="trying" />
  ) : (
    <StatusBadge status={status} />
  )
}

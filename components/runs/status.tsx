import { Check, CircleSlash, Hourglass, RotateCw, TriangleAlert } from 'lucide-react'
import type { RunSummary } from '../../lib/api/runs.ts'
import { Badge } from '../ui/badge.tsx'

const WORDS: Record<RunSummary['status'], string> = {
  queued: 'queued',
  preparing: 'preparing',
  extracting: 'extracting',
  training: 'training',
  evaluating: 'evaluating',
  interrupted: 'interrupted',
  succeeded: 'done',
  stopped: 'stopped',
  failed: 'failed',
}

/** A run's state: a word and a sign, never colour alone. */
export function StatusBadge({
  status,
  words = WORDS[status],
}: {
  status: RunSummary['status']
  words?: string
}) {
  switch (status) {
    case 'succeeded':
      return (
        <Badge tone="ok">
          <Check aria-hidden /> {words}
        </Badge>
      )
    case 'failed':
      return (
        <Badge tone="bad">
          <TriangleAlert aria-hidden /> {words}
        </Badge>
      )
    case 'stopped':
      return (
        <Badge>
          <CircleSlash aria-hidden /> {words}
        </Badge>
      )
    case 'interrupted':
      return (
        <Badge>
          <RotateCw aria-hidden /> {words}
        </Badge>
      )
    case 'queued':
      return (
        <Badge>
          <Hourglass aria-hidden /> {words}
        </Badge>
      )
    default:
      return (
        <Badge tone={status === 'training' ? 'trained' : status === 'extracting' ? 'frozen' : 'neutral'}>
          <i className="size-[7px] animate-pulse rounded-full bg-current" aria-hidden /> {words}
        </Badge>
      )
  }
}

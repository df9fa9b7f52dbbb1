import Link from 'next/link'
import type { RunSummary } from '../../lib/api/runs.ts'
import { count, duration, speed } from '../../lib/figures.ts'
import { StatusBadge } from '../runs/status.tsx'
import { Progress } from '../ui/progress.tsx'

/** A run that goes on, on the home page: how far it is. */
export function RunningRun({ run, backbone }: { run: RunSummary; backbone: string }) {
  const { id, dataset, status, progress } = run
  const tone = status === 'extracting' ? 'frozen' : status === 'training' ? 'trained' : 'ink'
  return (
    <Link
      href={`/runs/${id}`}
      className="grid gap-2.5 rounded-lg border border-line bg-card p-4 hover:bg-hover"
    >
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium">{dataset.name}</span>
        <span className="text-soft">{backbone}</span>
        <StatusBadge status={status} />
        {progress && (
          <span className="ml-auto text-soft">
            {count(progress.done)} of {count(progress.total)}, {speed(progress.imagesPerSecond)}
            {progress.etaSeconds !== undefined && `, ${duration(progress.etaSeconds)} left`}
          </span>
        )}
      </span>
      {status !== 'queued' && (
        <Progress
          label={`${dataset.name}: ${status}`}
          value={progress?.done ?? null}
          max={progress?.total ?? 1}
          tone={tone}
        />
      )}
    </Link>
  )
}

import { duration, speed } from '../../lib/figures.ts'
import { progressOf, type RunPhase } from '../../lib/run/progress.ts'
import type { Run } from '../../lib/run/run.ts'
import { cn } from '../ui/cn.ts'

const WIDTHS = { extracting: 'grow-[3]', training: 'grow-[2]', evaluating: 'grow-1' }
const FILLS = { extracting: 'bg-ice', training: 'bg-amber', evaluating: 'bg-ink' }

/** The way of a run as a bar of phases, and in words below it. */
export function Phases({ run }: { run: Run }) {
  const { phases, etaSeconds, imagesPerSecond } = progressOf(run)
  const rest = [
    imagesPerSecond && speed(imagesPerSecond),
    etaSeconds !== undefined && `${duration(etaSeconds)} left`,
  ].filter(Boolean)
  return (
    <div className="mb-5">
      <div className="mb-2 flex gap-1">
        {phases.map((phase) => (
          <Bar key={phase.id} phase={phase} />
        ))}
      </div>
      <p className="text-soft">
        {phases.map(({ id, words, stands }, i) => (
          <span
            key={id}
            className={cn(
              stands === 'now' && 'font-semibold text-ink',
              stands === 'left out' && 'line-through',
            )}
          >
            {i > 0 && <span className="font-normal text-soft"> · </span>}
            {words}
          </span>
        ))}
        {rest.length > 0 && ` — ${rest.join(', ')}`}
      </p>
    </div>
  )
}

function Bar({ phase: { id, words, stands, share } }: { phase: RunPhase }) {
  const filled = stands === 'done' ? 1 : stands === 'now' ? (share ?? 1) : 0
  return (
    <div
      role="progressbar"
      aria-label={words}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={stands === 'now' && share === undefined ? undefined : Math.round(filled * 100)}
      className={cn('h-1.5 basis-0 overflow-hidden rounded-full bg-line', WIDTHS[id])}
    >
      <div
        className={cn(
          'h-full origin-left rounded-full transition-transform duration-300',
          FILLS[id],
          stands === 'now' && share === undefined && 'animate-pulse',
        )}
        style={{ transform: `scaleX(${filled})` }}
      />
    </div>
  )
}

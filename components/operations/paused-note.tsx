import type { ProblemSummary } from '../../lib/problem.ts'

/** Why no run is begun, above every page, until it is mended. */
export function PausedNote({ problem }: { problem: ProblemSummary }) {
  return (
    <p
      role="status"
      className="mb-5 rounded-md border border-bad bg-card px-4 py-2.5 [overflow-wrap:anywhere]"
    >
      <strong className="font-semibold">The queue is paused.</strong> {problem.says} {problem.advice}
    </p>
  )
}

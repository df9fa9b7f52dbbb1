import { Link2Off } from 'lucide-react'
import type { ProblemSummary } from '../../lib/problem.ts'

/** What stands where a shared run was. */
export function LinkEnded({ problem }: { problem?: ProblemSummary }) {
  return (
    <div role="alert" className="mx-auto grid max-w-md justify-items-center gap-3 py-24 text-center">
      <Link2Off className="size-6 text-soft" aria-hidden />
      <h1>{problem?.says ?? 'This link does not open anything.'}</h1>
      <p className="text-soft">
        {problem?.advice ?? 'It may have expired or been revoked. Ask whoever sent it for another one.'}
      </p>
    </div>
  )
}

'use client'

import { type ReactNode, useEffect, useState } from 'react'
import type { BundleState } from '../../lib/api/models.ts'
import { counted } from '../../lib/figures.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import { Card } from '../ui/card.tsx'
import { Progress } from '../ui/progress.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'

const ASK_AGAIN_MS = 700

/** Shows `children` once the run's bundle is ready, and till then how it is made. */
export function BundleGate({
  run,
  initial,
  children,
}: {
  run: string
  initial: BundleState
  children: ReactNode
}) {
  const { bundle, problem } = useBundle(run, initial)
  if (bundle.status === 'ready') return children
  if (problem) return <ErrorState problem={problem} />
  if (bundle.status === 'refused') return <ErrorState problem={bundle.problem} />
  if (bundle.status === 'none') {
    return (
      <EmptyState title={bundle.why.says}>
        {bundle.why.advice ??
          'A run has a model when it has succeeded, or was stopped and kept its best head.'}
      </EmptyState>
    )
  }
  return <Making {...bundle} />
}

function Making({ phase, done, total }: Extract<BundleState, { status: 'making' }>) {
  return (
    <Card className="grid gap-2" role="status">
      <p className="font-medium">The browser model of this run is being made.</p>
      <p className="text-soft">
        {phase === 'writing'
          ? 'Writing its files …'
          : `Checking that it answers as the server does: ${done} of ${counted(total, 'picture')}`}
      </p>
      <Progress label="Making the browser model" value={phase === 'checking' ? done : null} max={total} />
    </Card>
  )
}

/** The bundle's state, asked for again while it is being made. */
function useBundle(run: string, initial: BundleState): { bundle: BundleState; problem?: ProblemSummary } {
  const [bundle, setBundle] = useState(initial)
  const [problem, setProblem] = useState<ProblemSummary>()
  const call = useCall()
  // biome-ignore lint/correctness/useExhaustiveDependencies: every answer asks for the next
  useEffect(() => {
    if (bundle.status !== 'making') return
    const timer = setTimeout(() => {
      call('bundleState', 'GET', `/api/models/${run}`).then(
        ({ bundle: next }) => {
          setProblem(undefined)
          setBundle(next)
        },
        (thrown) => {
          setProblem(Problem.from(thrown).summary())
          // Asks again: a server that restarts comes back.
          setBundle({ ...bundle })
        },
      )
    }, ASK_AGAIN_MS)
    return () => clearTimeout(timer)
  }, [run, bundle])
  return { bundle, ...(problem && { problem }) }
}

'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { type RunDraft, runOf } from '../../lib/run/draft.ts'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'

/** How many trials the page asks for; the command line takes any number. */
const TRIALS = 20

type Props = {
  draft: RunDraft
  /** Fields that can't be read. */
  onWrong: (fields: readonly string[]) => void
  onProblem: (problem: ProblemSummary | undefined) => void
}

/** Begins a tune around the draft: what it leaves at its defaults is searched. */
export function TrySettings({ draft, onWrong, onProblem }: Props) {
  const router = useRouter()
  const call = useCall()
  const [starting, setStarting] = useState(false)
  const start = async () => {
    const made = runOf(draft)
    onWrong('wrong' in made ? made.wrong : [])
    if ('wrong' in made) return
    onProblem(undefined)
    setStarting(true)
    try {
      const { tune } = await call('tune', 'POST', '/api/tunes', { run: made.run, trials: TRIALS })
      router.push(`/tunes/${tune.id}`)
    } catch (thrown) {
      onProblem(Problem.from(thrown).summary())
      setStarting(false)
    }
  }
  return (
    <Button
      onClick={start}
      disabled={starting}
      title="Tries learning rates, regularisation and, for the head alone, solvers; judged on validation"
    >
      {starting ? 'Starting …' : `Try ${TRIALS} settings`}
    </Button>
  )
}

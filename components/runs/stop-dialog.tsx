'use client'

import { useState } from 'react'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorState } from '../ui/states.tsx'

/** Asks before a run is stopped; that it has stopped is an event of the run. */
export function StopDialog({ run, onOpenChange }: { run: string; onOpenChange: (open: boolean) => void }) {
  const call = useCall()
  const [problem, setProblem] = useState<ProblemSummary>()
  const [asked, setAsked] = useState(false)
  const stop = async () => {
    setAsked(true)
    try {
      await call('nothing', 'POST', `/api/runs/${run}/stop`)
      onOpenChange(false)
    } catch (thrown) {
      setProblem(Problem.from(thrown).summary())
      setAsked(false)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title="Stop this run?"
      description="The best head so far is kept, where there is one, and can be used. What was extracted stays cached, so another run goes faster."
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Go on training</Button>
          <Button variant="danger" onClick={stop} disabled={asked}>
            Stop and keep best
          </Button>
        </>
      }
    >
      {problem && <ErrorState problem={problem} />}
    </Dialog>
  )
}

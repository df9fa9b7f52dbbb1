'use client'

import Link from 'next/link'
import { useState } from 'react'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import { Button, buttonLooks } from '../ui/button.tsx'

/** Draws and imports the sample; once it is there, leads to a run on it. */
export function TrySample({ sample }: { sample?: string }) {
  const call = useCall()
  const [asked, setAsked] = useState(false)
  const [problem, setProblem] = useState<ProblemSummary>()
  if (sample !== undefined)
    return (
      <Link href={`/runs/new?dataset=${sample}`} className={buttonLooks({ variant: 'go' })}>
        Train on it
      </Link>
    )
  const start = () => {
    setAsked(true)
    setProblem(undefined)
    call('importStarted', 'POST', '/api/imports/sample').catch((thrown: unknown) => {
      setAsked(false)
      setProblem(Problem.from(thrown).summary())
    })
  }
  return (
    <>
      <Button onClick={start} disabled={asked}>
        {asked ? 'Importing it …' : 'Try the sample'}
      </Button>
      {problem && (
        <p role="alert" className="text-[13px] text-bad">
          {problem.says} {problem.advice}
        </p>
      )}
    </>
  )
}

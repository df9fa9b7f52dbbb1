'use client'

import { useEffect, useState } from 'react'
import type { RunPlanAnswer } from '../../lib/api/plans.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { type RunDraft, runOf } from '../../lib/run/draft.ts'
import { useCall } from '../live/use-call.ts'

export type DraftPlan = {
  /** The latest one that there was. */
  readonly plan?: RunPlanAnswer
  /** Why the draft can't be planned. */
  readonly problem?: ProblemSummary
  /** Whether the answer for the draft as it stands is still to come. */
  readonly waits: boolean
}

/** Letters that follow each other this fast, in milliseconds, are one change. */
const TYPING_MS = 150

/** What a draft comes to, asked of the server whenever it changes; nothing while a field is wrong. */
export function usePlan(draft: RunDraft): DraftPlan {
  const call = useCall()
  const made = runOf(draft)
  const wanted = 'run' in made ? JSON.stringify(made.run) : undefined
  const [answer, setAnswer] = useState<Omit<DraftPlan, 'waits'> & { to?: string }>({})
  const { to, ...known } = answer
  const measuring = known.plan?.measuring === true
  const [measured, setMeasured] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `call` is made anew by each render and does the same
  useEffect(() => {
    if (!measuring) return
    let left = false
    const told = () => !left && setMeasured(true)
    // Without times the plan stands all the same.
    call('speed', 'GET', '/api/speed').then(told, told)
    return () => {
      left = true
    }
  }, [measuring])
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above; asked once more when the machine has been measured
  useEffect(() => {
    if (wanted === undefined) return
    let left = false
    const ask = async () => {
      const next = await call('planned', 'POST', '/api/plans', JSON.parse(wanted)).then(
        ({ plan }) => (plan.problems[0] ? { problem: plan.problems[0] } : { plan }),
        (thrown) => ({ problem: Problem.from(thrown).summary() }),
      )
      if (!left) setAnswer(({ plan }) => ({ ...(plan && { plan }), ...next, to: wanted }))
    }
    const timer = setTimeout(ask, TYPING_MS)
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [wanted, measured])
  return wanted === undefined ? { waits: false } : { ...known, waits: to !== wanted }
}

'use client'

import { useEffect, useState } from 'react'
import type { Tune } from '../../lib/api/tunes.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'

/** How long one question waits for a change, in seconds. */
const WAIT_S = 25
/** How long after a question that failed the next one is asked. */
const AGAIN_MS = 2000

/** A tune, live, from how the server rendered it; `problem` while the server does not answer. */
export function useTune(initial: Tune): { tune: Tune; problem?: ProblemSummary } {
  const call = useCall()
  const [tune, setTune] = useState(initial)
  const [problem, setProblem] = useState<ProblemSummary>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `call` is made anew by each render and does the same
  useEffect(() => {
    let left = false
    let timer: ReturnType<typeof setTimeout> | undefined
    async function follow(known: Tune): Promise<void> {
      if (left || known.status !== 'running') return
      try {
        const path = `/api/tunes/${known.id}?known=${known.revision}&wait=${WAIT_S}`
        const answer = await call('tune', 'GET', path)
        if (left) return
        setTune(answer.tune)
        setProblem(undefined)
        void follow(answer.tune)
      } catch (thrown) {
        if (left) return
        setProblem(Problem.from(thrown).summary())
        timer = setTimeout(() => void follow(known), AGAIN_MS)
      }
    }
    void follow(initial)
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [initial.id])
  return { tune, ...(problem && { problem }) }
}

'use client'

import { useCallback, useRef, useState } from 'react'
import type { Device, Picture, Seen } from '../../lib/classify/browser/device.ts'
import type { Box } from '../../lib/preprocess/box.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'

type Question = { picture: Picture; crop?: Box | undefined }
type LookerState = { looking: boolean; seen?: Seen; problem?: ProblemSummary }

/** Asks the device one thing at a time; of those that wait only the newest is asked. */
export function useLooker(device: Device | undefined) {
  const [state, setState] = useState<LookerState>({ looking: false })
  const waiting = useRef<Question | undefined>(undefined)
  const busy = useRef(false)

  /** Resolves when nothing waits any more. */
  const look = useCallback(
    async (question: Question) => {
      if (!device) return
      waiting.current = question
      if (busy.current) return
      busy.current = true
      setState(({ seen }) => ({ looking: true, ...(seen && { seen }) }))
      while (waiting.current) {
        const { picture, crop } = waiting.current
        waiting.current = undefined
        const next = await device.look(picture, crop).then(
          (seen) => ({ seen }),
          (thrown) => ({ problem: Problem.from(thrown).summary() }),
        )
        setState({ looking: waiting.current !== undefined, ...next })
      }
      busy.current = false
    },
    [device],
  )

  const forget = useCallback(() => {
    waiting.current = undefined
    setState({ looking: false })
  }, [])

  return { ...state, look, forget }
}

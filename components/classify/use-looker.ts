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
  /** Goes up when everything asked so far is forgotten: what comes of it then is not shown. */
  const era = useRef(0)

  /** Resolves when nothing waits any more. */
  const look = useCallback(
    async (question: Question) => {
      if (!device) return
      waiting.current = question
      setState(({ seen }) => ({ looking: true, ...(seen && { seen }) }))
      if (busy.current) return
      busy.current = true
      while (waiting.current) {
        const { picture, crop } = waiting.current
        waiting.current = undefined
        const asked = era.current
        const next = await device.look(picture, crop).then(
          (seen) => ({ seen }),
          (thrown) => ({ problem: Problem.from(thrown).summary() }),
        )
        if (asked === era.current) setState({ looking: waiting.current !== undefined, ...next })
      }
      busy.current = false
    },
    [device],
  )

  const forget = useCallback(() => {
    era.current++
    waiting.current = undefined
    setState({ looking: false })
  }, [])

  return { ...state, look, forget }
}

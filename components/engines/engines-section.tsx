'use client'

import { useState } from 'react'
import type { Engine } from '../../lib/api/engines.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardHead } from '../ui/card.tsx'
import { ErrorState } from '../ui/states.tsx'
import { EngineTable, MissingEngines } from './engine-table.tsx'

/** What computes on the server's machine, and a button that measures it anew. */
export function EnginesSection({ initial }: { initial: readonly Engine[] }) {
  const call = useCall()
  const [engines, setEngines] = useState(initial)
  const [measuring, setMeasuring] = useState(false)
  const [problem, setProblem] = useState<ProblemSummary>()
  async function measure() {
    setMeasuring(true)
    setProblem(undefined)
    try {
      setEngines((await call('engines', 'POST', '/api/engines/measure')).engines)
    } catch (thrown) {
      setProblem(Problem.from(thrown).summary())
    } finally {
      setMeasuring(false)
    }
  }
  return (
    <Card>
      <CardHead
        aside={
          <Button size="small" disabled={measuring} onClick={measure}>
            {measuring ? 'Measuring, about a minute …' : 'Measure'}
          </Button>
        }
      >
        Engines
      </CardHead>
      <EngineTable engines={engines} />
      <p className="mt-3 text-[13px] text-soft">
        Images/s of MobileNetV2 at 224 px, batch 4, random weights, with the whole machine to itself: measure
        while nothing runs.
      </p>
      <MissingEngines engines={engines} />
      {problem && <ErrorState problem={problem} className="mt-3" />}
      <span role="status" className="sr-only">
        {measuring ? 'Measuring the engines.' : ''}
      </span>
    </Card>
  )
}

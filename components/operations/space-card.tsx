'use client'

import { useState } from 'react'
import type { SpaceAnswer } from '../../lib/api/space.ts'
import { bytes } from '../../lib/figures.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardHead } from '../ui/card.tsx'
import { Facts } from '../ui/facts.tsx'
import { Progress } from '../ui/progress.tsx'
import { ErrorState } from '../ui/states.tsx'

/** Room on the server's disk, what of it is kept in reserve, and what the feature cache takes. */
export function SpaceCard({ initial }: { initial: SpaceAnswer }) {
  const call = useCall()
  const [space, setSpace] = useState(initial)
  const [said, setSaid] = useState('')
  const [problem, setProblem] = useState<ProblemSummary>()
  const [working, setWorking] = useState(false)
  const { freeBytes, totalBytes, reserveBytes, cacheBytes, cacheBudgetBytes } = space
  const empty = async () => {
    setWorking(true)
    setProblem(undefined)
    try {
      const { trimmed } = await call('trimmed', 'POST', '/api/cache/trim', { budgetGb: 0 })
      setSpace((await call('space', 'GET', '/api/space')).space)
      setSaid(trimmed.segments === 0 ? 'All of it is in use.' : `${bytes(trimmed.bytes)} were removed.`)
    } catch (thrown) {
      setProblem(Problem.from(thrown).summary())
    }
    setWorking(false)
  }
  return (
    <Card aria-labelledby="space">
      <CardHead aside={`${bytes(freeBytes)} of ${bytes(totalBytes)} free`}>
        <span id="space">Disk</span>
      </CardHead>
      <Progress label="Space used" value={totalBytes - freeBytes} max={totalBytes} className="mb-4" />
      <Facts
        facts={[
          ['Feature cache', bytes(cacheBytes)],
          ['Its budget', bytes(cacheBudgetBytes)],
          ['Reserve', bytes(reserveBytes)],
        ]}
      />
      <p className="mt-3 text-[13px] text-soft">
        With less than the reserve free no run is begun; what was used the longest ago leaves the cache first.
        What is removed is computed again when a run wants it.
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button onClick={empty} disabled={working || cacheBytes === 0}>
          {working ? 'Emptying …' : 'Empty the cache'}
        </Button>
        <span role="status" className="text-soft">
          {said}
        </span>
      </div>
      {problem && <ErrorState problem={problem} className="mt-3" />}
    </Card>
  )
}

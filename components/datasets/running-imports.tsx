'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import type { ImportState } from '../../lib/api/datasets.ts'
import { count, duration } from '../../lib/figures.ts'
import { useLiveOverview } from '../live/use-overview.ts'
import { Card } from '../ui/card.tsx'
import { Progress } from '../ui/progress.tsx'

/** Imports that run, live; when one ends the page is read again, because there is another dataset. */
export function RunningImports({ initial }: { initial: readonly ImportState[] }) {
  const router = useRouter()
  const running = (useLiveOverview()?.imports ?? initial).flatMap(({ id, name, state }) =>
    state.status === 'running' ? [{ id, name, ...state }] : [],
  )
  const before = useRef(running.length)
  useEffect(() => {
    if (running.length < before.current) router.refresh()
    before.current = running.length
  }, [running.length, router])
  return running.map(({ id, name, done, total, etaSeconds }) => (
    <Card key={id} className="grid gap-2">
      <p>
        Importing <span className="font-medium">{name}</span>
        <span className="text-soft">
          {' '}
          · {count(done)} of {count(total)}
          {etaSeconds !== undefined && `, ${duration(etaSeconds)} left`}
        </span>
      </p>
      <Progress label={`Importing ${name}`} value={done} max={total} />
    </Card>
  ))
}

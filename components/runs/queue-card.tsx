'use client'

import { ArrowDown, ArrowUp, ArrowUpToLine, Pause, Play } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import type { QueueState, WaitingRun } from '../../lib/api/queue.ts'
import type { RunSummary } from '../../lib/api/runs.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import type { Move } from '../../lib/run/queue-order.ts'
import { useCall } from '../live/use-call.ts'
import { useLiveOverview } from '../live/use-overview.ts'
import { Button } from '../ui/button.tsx'
import { ErrorState } from '../ui/states.tsx'

type Props = {
  initial: QueueState
  runs: readonly RunSummary[]
  titles: Readonly<Record<string, string>>
}

/** The runs that wait, the next one first; their order can be changed, and the queue paused. Nothing where none waits. */
export function QueueCard({ initial, runs, titles }: Props) {
  const overview = useLiveOverview()
  const call = useCall()
  const [problem, setProblem] = useState<ProblemSummary>()
  const { waiting, paused } = overview ?? initial
  const byHand = paused?.code === 'queue/paused'
  if (waiting.length === 0 && !byHand) return null
  const ask = async (path: string, body?: unknown) => {
    try {
      await call('nothing', 'POST', path, body)
      setProblem(undefined)
    } catch (thrown) {
      setProblem(Problem.from(thrown).summary())
    }
  }
  const named = (id: string) => {
    const run = runs.find((one) => one.id === id) ?? overview?.runs.find((one) => one.id === id)
    return run ? `${run.dataset.name}, ${titles[run.backbone] ?? run.backbone}` : id
  }
  return (
    <section aria-label="Queue" className="mb-6">
      <div className="mb-3 flex items-center gap-2">
        <h2>Queue</h2>
        <span className="text-soft">{waiting.length === 1 ? 'one waits' : `${waiting.length} wait`}</span>
        <Button
          size="small"
          className="ml-auto"
          onClick={() => (byHand ? ask('/api/queue/resume') : ask('/api/queue/pause', { reason: '' }))}
        >
          {byHand ? <Play aria-hidden /> : <Pause aria-hidden />}
          {byHand ? 'Resume' : 'Pause'}
        </Button>
      </div>
      {problem && <ErrorState problem={problem} className="mb-3" />}
      {waiting.length > 0 && (
        <ol className="overflow-hidden rounded-lg border border-line bg-card">
          {waiting.map((one, i) => (
            <Row
              key={one.run}
              place={i + 1}
              last={waiting.length}
              waiting={one}
              name={named(one.run)}
              onMove={(to) => ask(`/api/queue/${one.run}/move`, { to })}
            />
          ))}
        </ol>
      )}
    </section>
  )
}

type RowProps = {
  place: number
  last: number
  waiting: WaitingRun
  name: string
  onMove: (to: Move) => void
}

function Row({ place, last, waiting: { run, devices, why }, name, onMove }: RowProps) {
  const MOVES = [
    { to: 'first', words: `Move ${name} to the front`, Icon: ArrowUpToLine, off: place === 1 },
    { to: 'up', words: `Move ${name} up`, Icon: ArrowUp, off: place === 1 },
    { to: 'down', words: `Move ${name} down`, Icon: ArrowDown, off: place === last },
  ] as const
  return (
    <li className="flex items-center gap-3 border-t border-line px-4 py-1.5 first:border-t-0">
      <span className="w-5 text-right text-soft tabular-nums">{place}</span>
      <Link href={`/runs/${run}`} className="min-w-0 flex-1 truncate underline-offset-2 hover:underline">
        {name}
      </Link>
      <span className="min-w-0 truncate text-soft max-md:hidden">
        {why ?? (devices > 1 ? `${devices} devices` : '')}
      </span>
      <span className="flex gap-1">
        {MOVES.map(({ to, words, Icon, off }) => (
          <Button
            key={to}
            variant="quiet"
            size="icon"
            aria-label={words}
            title={words}
            disabled={off}
            onClick={() => onMove(to)}
          >
            <Icon aria-hidden />
          </Button>
        ))}
      </span>
    </li>
  )
}

'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { Tune } from '../../lib/api/tunes.ts'
import { percent } from '../../lib/figures.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { settingText } from '../../lib/tuning/setting-text.ts'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardHead } from '../ui/card.tsx'
import { ErrorState } from '../ui/states.tsx'
import { shortKey } from './short-key.ts'

type Props = { tune: Tune; winner: NonNullable<Tune['winner']> }

/** The best trial, and the way to a run with its settings that is judged on the test split. */
export function WinnerCard({ tune, winner }: Props) {
  const router = useRouter()
  const call = useCall()
  const [problem, setProblem] = useState<ProblemSummary>()
  const [starting, setStarting] = useState(false)
  const best = tune.trials.find(({ trial, rung }) => trial === winner.trial && rung === winner.rung)
  const train = async () => {
    setStarting(true)
    try {
      const { run } = await call('runQueued', 'POST', '/api/runs', winner.settings)
      router.push(`/runs/${run.id}`)
    } catch (thrown) {
      setProblem(Problem.from(thrown).summary())
      setStarting(false)
    }
  }
  return (
    <Card>
      <CardHead aside={`trial ${winner.trial}`}>
        {tune.status === 'running' ? 'Best so far' : 'The winner'}
      </CardHead>
      {best && (
        <div className="flex flex-wrap items-end gap-x-8 gap-y-3">
          <Figure name="Validation top-1" value={percent(best.validationTop1 ?? 0)} />
          <Figure name="Validation loss" value={(best.validationLoss ?? 0).toFixed(4)} />
          {Object.entries(best.settings).map(([key, value]) => (
            <Figure key={key} name={shortKey(key)} value={settingText(value)} />
          ))}
        </div>
      )}
      <p className="mt-4 text-soft">
        Trials are held to the train split and judged on validation. Train it to have it judged on the test
        split.
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button variant="go" onClick={train} disabled={starting}>
          {starting ? 'Starting …' : 'Train this'}
        </Button>
        <CopyCommand command={winner.command} />
      </div>
      {problem && <ErrorState problem={problem} className="mt-3" />}
    </Card>
  )
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <div className="text-[13px] text-soft">{name}</div>
      <div className="text-lg leading-tight font-semibold tabular-nums">{value}</div>
    </div>
  )
}

function CopyCommand({ command }: { command: string }) {
  const [copied, setCopied] = useState(false)
  const copy = () => void navigator.clipboard.writeText(command).then(() => setCopied(true))
  return (
    <Button onClick={copy} title={command}>
      {copied ? 'Copied' : 'Copy the command'}
    </Button>
  )
}

'use client'

import Link from 'next/link'
import { useState } from 'react'
import type { Tune } from '../../lib/api/tunes.ts'
import { counted } from '../../lib/figures.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardHead } from '../ui/card.tsx'
import { Facts } from '../ui/facts.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { Progress } from '../ui/progress.tsx'
import { ErrorState } from '../ui/states.tsx'
import { TrialTable } from './trial-table.tsx'
import { TuneBadge } from './tune-badge.tsx'
import { useTune } from './use-tune.ts'
import { WinnerCard } from './winner-card.tsx'

/** A tune, live: what is best so far, and every trial. `backbone`: its title. */
export function TunePage({ initial, backbone }: { initial: Tune; backbone: string }) {
  const { tune, problem } = useTune(initial)
  const { dataset, status, trials, planned, over, halving, space, strategy, seed, winner } = tune
  return (
    <>
      <PageHead
        title={`${dataset.name}, ${backbone}`}
        about={halving ? 'Successive halving' : 'Random search'}
        badges={<TuneBadge status={status} />}
        actions={status === 'running' && <StopTune id={tune.id} />}
      />
      {problem && <ErrorState problem={problem} className="mb-4" />}
      {tune.problem && <ErrorState problem={tune.problem} className="mb-4" />}
      {status === 'running' && (
        <div className="mb-4 grid gap-1.5">
          <Progress label="Trainings that are over" value={over} max={planned} tone="trained" />
          <p className="text-soft">
            {over} of {counted(planned, 'training')} over
          </p>
        </div>
      )}
      <div className="grid grid-cols-1 gap-4">
        <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
          {winner ? <WinnerCard tune={tune} winner={winner} /> : <NothingYet status={status} />}
          <Card>
            <CardHead>Searched</CardHead>
            <Facts
              facts={[
                ...space.map(({ key, says }) => [key, says] as const),
                ['Strategy', strategy.replaceAll(/(?<!fine)-/g, ' ')],
                ['Seed', `${seed}`],
                [
                  'Dataset',
                  <Link
                    key="dataset"
                    href={`/datasets/${dataset.version}`}
                    className="underline underline-offset-2"
                  >
                    {dataset.name}
                  </Link>,
                ],
              ]}
            />
          </Card>
        </div>
        <Card>
          <CardHead
            aside={
              tune.pictures > 0 &&
              `judged on ${counted(tune.pictures, 'validation picture')}, the least loss first`
            }
          >
            Trials
          </CardHead>
          <TrialTable trials={trials} />
        </Card>
      </div>
    </>
  )
}

function NothingYet({ status }: Pick<Tune, 'status'>) {
  return (
    <Card>
      <CardHead>{status === 'running' ? 'Best so far' : 'No winner'}</CardHead>
      <p className="text-soft">
        {status === 'running'
          ? 'The first trial extracts what the others take from the cache.'
          : 'No trial could be judged.'}
      </p>
    </Card>
  )
}

function StopTune({ id }: { id: string }) {
  const call = useCall()
  const [asked, setAsked] = useState(false)
  const [problem, setProblem] = useState<ProblemSummary>()
  const stop = async () => {
    setAsked(true)
    try {
      await call('nothing', 'POST', `/api/tunes/${id}/stop`)
    } catch (thrown) {
      setProblem(Problem.from(thrown).summary())
      setAsked(false)
    }
  }
  return (
    <>
      {problem && <span className="text-bad">{problem.says}</span>}
      <Button onClick={stop} disabled={asked}>
        {asked ? 'Stopping …' : 'Stop and keep best'}
      </Button>
    </>
  )
}

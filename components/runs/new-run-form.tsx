'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { DatasetSummary } from '../../lib/api/datasets.ts'
import type { Backbone } from '../../lib/api/machine.ts'
import { count } from '../../lib/figures.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { type RunDraft, runOf, type SolverTexts } from '../../lib/run/draft.ts'
import { FreezeMap } from '../freeze-map/freeze-map.tsx'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardHead } from '../ui/card.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { Select } from '../ui/select.tsx'
import { ErrorState } from '../ui/states.tsx'
import { BackboneCards } from './backbone-cards.tsx'
import { MoreSettings } from './more-settings.tsx'
import { PlanCard } from './plan-card.tsx'
import { SolverCard } from './solver-card.tsx'

type Props = {
  datasets: readonly DatasetSummary[]
  backbones: readonly Backbone[]
  /** Id of a version among `datasets`. */
  chosen: string
  solverTexts: SolverTexts
}

/** Everything that a run is asked to do, with defaults that are right for most. */
export function NewRunForm({ datasets, backbones, chosen, solverTexts }: Props) {
  const router = useRouter()
  const call = useCall()
  const [draft, setDraft] = useState<RunDraft>(() => firstDraft(chosen, backbones, solverTexts))
  const [problem, setProblem] = useState<ProblemSummary>()
  const [wrong, setWrong] = useState<readonly string[]>([])
  const [starting, setStarting] = useState(false)
  const change = (part: Partial<RunDraft>) => setDraft((before) => ({ ...before, ...part }))
  const dataset = datasets.find(({ id }) => id === draft.dataset)!
  const backbone = backbones.find(({ id }) => id === draft.backbone)!

  const start = async () => {
    const made = runOf(draft)
    setWrong('wrong' in made ? made.wrong : [])
    if ('wrong' in made) return
    setProblem(undefined)
    setStarting(true)
    try {
      const { run } = await call('runQueued', 'POST', '/api/runs', made.run)
      router.push(`/runs/${run.id}`)
    } catch (thrown) {
      setProblem(Problem.from(thrown).summary())
      setStarting(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      <PageHead
        title="New run"
        about={`${dataset.classes.length} classes · ${count(dataset.counts.train)} train pictures`}
        actions={
          <Button type="submit" variant="go" disabled={starting}>
            {starting ? 'Starting …' : 'Start'}
          </Button>
        }
      />
      {problem && <ErrorState problem={problem} className="mb-4" />}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_290px]">
        <div className="grid min-w-0 gap-4">
          <Card>
            <CardHead>Dataset</CardHead>
            <Select
              label="Dataset"
              value={draft.dataset}
              onChange={(id) => change({ dataset: id })}
              options={datasets.map((one) => ({
                value: one.id,
                title: `${one.dataset}, version ${one.version}`,
              }))}
              className="w-full max-w-sm"
            />
          </Card>
          <BackboneCards
            backbones={backbones}
            value={draft.backbone}
            onChange={(id) => change({ backbone: id })}
          />
          <Card>
            <CardHead aside="feature extraction">What is frozen, what is trained</CardHead>
            <FreezeMap backbone={backbone} />
          </Card>
          <SolverCard draft={draft} onChange={change} wrong={wrong} />
          <MoreSettings draft={draft} onChange={change} wrong={wrong} />
        </div>
        <PlanCard dataset={dataset} backbone={backbone} />
      </div>
    </form>
  )
}

function firstDraft(dataset: string, backbones: readonly Backbone[], texts: SolverTexts): RunDraft {
  const ready = backbones.find(({ weights }) => weights !== 'absent') ?? backbones[0]!
  return {
    dataset,
    backbone: ready.id,
    solver: 'exact',
    texts,
    refit: true,
    looks: 'whole',
    resize: 'squash',
    seed: '0',
  }
}

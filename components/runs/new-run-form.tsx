'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { DatasetSummary } from '../../lib/api/datasets.ts'
import type { Backbone } from '../../lib/api/machine.ts'
import { count, duration } from '../../lib/figures.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { type DraftDefaults, firstDraft, type RunDraft, runOf, withStart } from '../../lib/run/draft.ts'
import { isSolved, onBackbone } from '../../lib/run/freeze-draft.ts'
import { withRecipe } from '../../lib/run/recipe-draft.ts'
import { useCall } from '../live/use-call.ts'
import { TrySettings } from '../tuning/try-settings.tsx'
import { Button } from '../ui/button.tsx'
import { Card, CardHead } from '../ui/card.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { Select } from '../ui/select.tsx'
import { ErrorState } from '../ui/states.tsx'
import { BackboneCards } from './backbone-cards.tsx'
import { FreezeCard } from './freeze-card.tsx'
import { MoreSettings } from './more-settings.tsx'
import { PlanCard } from './plan-card.tsx'
import { RecipeSelect, recipeWords } from './recipe-select.tsx'
import { SolverCard } from './solver-card.tsx'
import { type OwnModel, StartFrom } from './start-from.tsx'
import { TrainingCard, type UsualRates } from './training-card.tsx'
import { usePlan } from './use-plan.ts'

type Props = {
  datasets: readonly DatasetSummary[]
  backbones: readonly Backbone[]
  /** Id of a version among `datasets`. */
  chosen: string
  defaults: DraftDefaults
  rates: UsualRates
  /** How many the machine has. */
  devices: number
  models: readonly OwnModel[]
  /** The model that it starts from, where it was asked for. */
  from?: string | undefined
}

/** Everything that a run is asked to do, with defaults that are right for most. */
export function NewRunForm({ datasets, backbones, chosen, defaults, rates, devices, models, from }: Props) {
  const router = useRouter()
  const call = useCall()
  const [draft, setDraft] = useState<RunDraft>(() =>
    begun(firstDraft(chosen, backbones, defaults), { models, from }),
  )
  const [problem, setProblem] = useState<ProblemSummary>()
  const [wrong, setWrong] = useState<readonly string[]>([])
  const [starting, setStarting] = useState(false)
  const planned = usePlan(draft)
  /** What is no part of a recipe keeps its name. */
  const keep = (part: Partial<RunDraft>) => setDraft((before) => ({ ...before, ...part }))
  const change = (part: Partial<RunDraft>) => keep({ ...part, recipe: undefined })
  const dataset = datasets.find(({ id }) => id === draft.dataset)!
  const backbone = backbones.find(({ id }) => id === draft.backbone)!
  const solved = isSolved(draft.freeze, Number(draft.training.hiddenUnits))
  const seconds = planned.problem ? undefined : planned.plan?.times[0]?.seconds

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
          <>
            <TrySettings draft={draft} onWrong={setWrong} onProblem={setProblem} />
            <Button type="submit" variant="go" disabled={starting}>
              {starting
                ? 'Starting …'
                : `Start${seconds === undefined ? '' : ` · about ${duration(seconds)}`}`}
            </Button>
          </>
        }
      />
      {problem && <ErrorState problem={problem} className="mb-4" />}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_290px]">
        {/* Narrow, the plan stands right behind what it depends on most. */}
        <div className="grid min-w-0 gap-4 max-lg:contents">
          <div className="grid gap-4 sm:grid-cols-2">
            <Card>
              <CardHead>Dataset</CardHead>
              <Select
                label="Dataset"
                value={draft.dataset}
                onChange={(id) => keep({ dataset: id })}
                options={datasets.map((one) => ({
                  value: one.id,
                  title: `${one.dataset}, version ${one.version}`,
                }))}
                className="w-full"
              />
            </Card>
            <Card>
              <CardHead>Recipe</CardHead>
              <RecipeSelect
                value={draft.recipe}
                onChange={(name) => setDraft(withRecipe(draft, name, defaults))}
              />
              <p className="mt-2 text-[12.5px] text-soft empty:hidden">
                {recipeWords(draft.recipe, dataset.counts.validation)}
              </p>
            </Card>
          </div>
          <BackboneCards
            backbones={backbones}
            value={draft.backbone}
            onChange={(id) => {
              const next = backbones.find((one) => one.id === id)!
              change({ backbone: id, from: undefined, freeze: onBackbone(draft.freeze, next) })
            }}
          />
          <FreezeCard
            start={
              <StartFrom
                models={models}
                backbone={draft.backbone}
                value={draft.from}
                onChange={(from) => setDraft((before) => withStart(before, from))}
              />
            }
            freeze={draft.freeze}
            onChange={(freeze) => change({ freeze })}
            backbone={backbone}
            plan={planned.plan}
            problem={planned.problem}
            wrong={wrong}
          />
          <div className="grid min-w-0 gap-4 max-lg:order-2">
            {draft.freeze.choice !== 'features' && (
              <TrainingCard
                draft={draft}
                onChange={change}
                wrong={wrong}
                rates={rates}
                pictures={dataset.cover}
              />
            )}
            {solved && <SolverCard draft={draft} onChange={change} wrong={wrong} />}
            <MoreSettings
              draft={draft}
              onChange={(part) => ('seed' in part || 'devices' in part ? keep(part) : change(part))}
              wrong={wrong}
              devices={devices}
            />
          </div>
        </div>
        <PlanCard {...planned} saidElsewhere={draft.freeze.choice === 'patterns'} />
      </div>
    </form>
  )
}

/** Who comes from a model wants to train its last groups on. */
function begun(draft: RunDraft, { models, from }: Pick<Props, 'models' | 'from'>): RunDraft {
  const model = models.find(({ run }) => run === from)
  if (!model) return draft
  const freeze = { ...draft.freeze, choice: 'groups' as const }
  return withStart({ ...draft, backbone: model.backbone, freeze }, { run: model.run, checkpoint: 'best' })
}

'use client'

import type { ReactNode } from 'react'
import type { Backbone } from '../../lib/api/machine.ts'
import type { RunPlanAnswer } from '../../lib/api/plans.ts'
import type { ProblemSummary } from '../../lib/problem.ts'
import {
  type FreezeChoice,
  type FreezeDraft,
  stageOf,
  trainedGroups,
  withCut,
  withToggled,
} from '../../lib/run/freeze-draft.ts'
import { FreezeMap, type GroupState } from '../freeze-map/freeze-map.tsx'
import { Card, CardHead } from '../ui/card.tsx'
import { Segments } from '../ui/segments.tsx'
import { PatternFields } from './pattern-fields.tsx'
import { StageFields } from './stage-fields.tsx'

type Props = {
  /** Stands above the strategies. */
  start?: ReactNode
  freeze: FreezeDraft
  onChange: (freeze: FreezeDraft) => void
  backbone: Backbone
  /** What patterns match is the server's to say. */
  plan: RunPlanAnswer | undefined
  problem: ProblemSummary | undefined
  wrong: readonly string[]
}

const ABOUT: Record<FreezeChoice, string> = {
  features: 'The backbone is frozen; only the head is trained.',
  groups: 'These layer groups are trained with the head.',
  everything: 'Every layer group is trained.',
  gradual: 'Stages that each train more, one after the other.',
  patterns: 'Weights are trained by their names.',
}

/** What is frozen and what is trained: a strategy, and the map to change it on. */
export function FreezeCard({ start, freeze, onChange, backbone, plan, problem, wrong }: Props) {
  const { choice } = freeze
  const names = backbone.groups.map(({ name }) => name)
  const trained = trainedGroups(freeze, names)
  const matched = choice === 'patterns' && !problem ? plan?.phases.at(-1)?.groups : undefined
  const stateOf = (name: string): GroupState =>
    matched?.find((group) => group.name === name)?.state ?? (trained.includes(name) ? 'trained' : 'frozen')
  const editable = choice !== 'gradual' && choice !== 'patterns'
  const signOf = (name: string) => {
    const stage = stageOf(freeze, names, name)
    return stage === undefined ? undefined : { sign: `${stage}`, words: `from stage ${stage} on` }
  }
  return (
    <Card>
      <CardHead>What is frozen, what is trained</CardHead>
      {start}
      {backbone.frozenOnly ? (
        <p className="text-soft">
          This network came as an ONNX file. It runs as it is, so only the head is trained: feature
          extraction.
        </p>
      ) : (
        <>
          <Segments
            label="Strategy"
            value={choice}
            onChange={(next) => onChange(chosen(freeze, next))}
            options={[
              { value: 'features', title: 'Features only' },
              { value: 'groups', title: typeof freeze.groups === 'number' ? 'Last groups' : 'Chosen groups' },
              { value: 'everything', title: 'Everything' },
              { value: 'gradual', title: 'Gradual' },
              { value: 'patterns', title: 'Patterns' },
            ]}
          />
          <p className="mt-2.5 mb-1 text-soft">{ABOUT[choice]}</p>
          <FreezeMap
            backbone={backbone}
            stateOf={stateOf}
            {...(choice === 'gradual' && { signOf })}
            {...(editable && {
              onToggle: (name) => onChange(withToggled(freeze, names, name)),
              onCut: (frozen) => onChange(withCut(freeze, names, frozen)),
            })}
          />
          {choice === 'gradual' && (
            <StageFields
              stages={freeze.stages}
              onChange={(stages) => onChange({ ...freeze, stages })}
              groups={names.length}
              wrong={wrong}
            />
          )}
          {choice === 'patterns' && (
            <PatternFields
              freeze={freeze}
              onChange={onChange}
              patterns={plan?.patterns}
              problem={problem}
              wrong={wrong}
            />
          )}
        </>
      )}
    </Card>
  )
}

/** Last groups means at least one. */
function chosen(freeze: FreezeDraft, choice: FreezeChoice): FreezeDraft {
  return { ...freeze, choice, ...(choice === 'groups' && freeze.groups === 0 && { groups: 1 }) }
}

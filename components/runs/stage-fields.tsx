'use client'

import { Plus, X } from 'lucide-react'
import { counted } from '../../lib/figures.ts'
import type { StageDraft } from '../../lib/run/freeze-draft.ts'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'
import { NumberField } from './solver-card.tsx'

type Props = {
  stages: readonly StageDraft[]
  onChange: (stages: readonly StageDraft[]) => void
  /** How many layer groups there are. */
  groups: number
  wrong: readonly string[]
}

/** The stages of gradual unfreezing, one a line. */
export function StageFields({ stages, onChange, groups, wrong }: Props) {
  const change = (at: number, part: Partial<StageDraft>) =>
    onChange(stages.map((stage, i) => (i === at ? { ...stage, ...part } : stage)))
  /** A first stage of the head alone has no epochs unless it is given some. */
  const isSolved = (at: number) => at === 0 && stages[0]?.groups === '0' && stages[0].epochs.trim() === ''
  const options = Array.from({ length: groups }, (_, n) => ({
    value: `${n}`,
    title: n === 0 ? 'the head alone' : `the last ${n === 1 ? 'group' : counted(n, 'group')}`,
  }))
  return (
    <div className="mt-4 grid gap-3">
      <ol className="grid gap-3">
        {stages.map((stage, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
          <li key={i} className="flex flex-wrap items-end gap-x-3 gap-y-2">
            <div className="grid min-w-44 flex-1 content-start gap-1 max-sm:basis-full">
              <span className="text-[13px] text-soft">Stage {i + 1} trains</span>
              <Select
                label={`Stage ${i + 1} trains`}
                value={stage.groups}
                onChange={(value) => change(i, { groups: value })}
                options={[...options, { value: 'all', title: 'everything' }]}
              />
            </div>
            <div className="w-24">
              <NumberField
                name="Epochs"
                text={stage.epochs}
                onText={(epochs) => change(i, { epochs })}
                wrong={wrong.includes(`epochs of stage ${i + 1}`)}
                placeholder={isSolved(i) ? 'solved' : 'as below'}
              />
            </div>
            <div className="w-24">
              <NumberField
                name="Rate"
                text={stage.learningRate}
                onText={(learningRate) => change(i, { learningRate })}
                wrong={wrong.includes(`learningRate of stage ${i + 1}`)}
                placeholder={isSolved(i) ? '' : 'as below'}
              />
            </div>
            <Button
              size="icon"
              aria-label={`Remove stage ${i + 1}`}
              disabled={stages.length === 1}
              onClick={() => onChange(stages.filter((_, at) => at !== i))}
            >
              <X aria-hidden />
            </Button>
          </li>
        ))}
      </ol>
      <div>
        <Button onClick={() => onChange([...stages, { groups: 'all', epochs: '', learningRate: '' }])}>
          <Plus aria-hidden /> Add a stage
        </Button>
      </div>
    </div>
  )
}

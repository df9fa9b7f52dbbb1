'use client'

import { depthOfSettings } from '../../lib/run/depth.ts'
import type { RunDraft } from '../../lib/run/draft.ts'
import { type FreezeDraft, freezeOf } from '../../lib/run/freeze-draft.ts'
import type { Depth } from '../../lib/run/training.ts'
import { TRAINING_FIELDS, type TrainingField } from '../../lib/run/training-fields.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { AugmentationPreview } from './augmentation-preview.tsx'
import { NumberField } from './solver-card.tsx'

type Props = {
  draft: RunDraft
  onChange: (part: Partial<RunDraft>) => void
  wrong: readonly string[]
  rates: UsualRates
  /** Hashes of a few pictures of the dataset. */
  pictures: readonly string[]
}

/** Rates at which pretrained layers learn without forgetting, by how many are trained and optimizer. */
export type UsualRates = Readonly<Record<Depth, Readonly<Record<string, number>>>>

function depthOf(freeze: FreezeDraft): Depth {
  const made = freezeOf(freeze)
  return 'strategy' in made ? depthOfSettings(made) : 'last'
}

/** How what is unfrozen is trained; what seldom needs another value stands under More. */
export function TrainingCard({ draft, onChange, wrong, rates, pictures }: Props) {
  const { training, freeze } = draft
  const usual = rates[depthOf(freeze)][training.optimizer ?? '']
  const shown = TRAINING_FIELDS.filter(({ when }) => when?.(training) ?? true)
  const input = (field: TrainingField) => (
    <TrainingInput
      key={field.name}
      field={field}
      text={training[field.name] ?? ''}
      onText={(text) => onChange({ training: { ...training, [field.name]: text } })}
      wrong={wrong.includes(`training.${field.name}`)}
      empty={field.name === 'learningRate' ? `${usual ?? ''}` : (field.empty ?? '')}
    />
  )
  const wrongBelow = shown.some(({ name, more }) => more && wrong.includes(`training.${name}`))
  return (
    <Card>
      <CardHead>Fine-tuning</CardHead>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-4">
        {shown.filter(({ more }) => !more).map(input)}
      </div>
      {(freeze.choice === 'groups' || freeze.choice === 'everything' || freeze.choice === 'patterns') && (
        <label className="mt-3 flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-(--ink)"
            checked={freeze.headFirst}
            onChange={(event) => onChange({ freeze: { ...freeze, headFirst: event.target.checked } })}
          />
          Fit the head on the frozen backbone first
        </label>
      )}
      <details className="mt-3" open={wrongBelow || undefined}>
        <summary className="rounded-sm font-semibold">
          More <span className="font-normal text-soft">augmentation, views, decay, regularisation</span>
        </summary>
        <div className="mt-3 grid grid-cols-1 gap-3 sm:grid-cols-2 xl:grid-cols-3">
          {shown.filter(({ more }) => more).map(input)}
        </div>
      </details>
      <AugmentationPreview draft={draft} pictures={pictures} />
    </Card>
  )
}

type InputProps = {
  field: TrainingField
  text: string
  onText: (text: string) => void
  wrong: boolean
  empty: string
}

function TrainingInput({ field, text, onText, wrong, empty }: InputProps) {
  const { name, title, options } = field
  if (options)
    return (
      <div className="grid min-w-0 content-start gap-1">
        <span className="text-[13px] text-soft">{title}</span>
        <Select label={title} value={text} onChange={onText} options={options} />
      </div>
    )
  if (!field.text)
    return <NumberField name={title} text={text} onText={onText} wrong={wrong} placeholder={empty} />
  const id = `training-${name}`
  return (
    <Field id={id} label={title} {...(wrong && { problem: 'Write group:factor, with commas between.' })}>
      <Input
        id={id}
        value={text}
        placeholder={empty}
        aria-invalid={wrong || undefined}
        onChange={(event) => onText(event.target.value)}
      />
    </Field>
  )
}

'use client'

import { useId } from 'react'
import type { RunDraft } from '../../lib/run/draft.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Segments } from '../ui/segments.tsx'

type Props = { draft: RunDraft; onChange: (part: Partial<RunDraft>) => void; wrong: readonly string[] }

const KINDS = [
  { value: 'exact', title: 'Exact' },
  { value: 'sgd', title: 'SGD' },
  { value: 'adam', title: 'Adam' },
] as const

const ABOUT: Record<RunDraft['solver'], string> = {
  exact: 'Multinomial logistic regression at its optimum: seconds, and nothing to tune.',
  sgd: 'Mini-batches with momentum and a rate that steps down.',
  adam: 'Mini-batches with a rate per weight.',
}

const NAMES: Record<string, string> = {
  l2: 'L2',
  learningRate: 'Learning rate',
  momentum: 'Momentum',
  decayEvery: 'Decay every, epochs',
  decayFactor: 'Decay factor',
  epochs: 'Epochs',
  batchSize: 'Batch size',
}

/** How the head is trained. */
export function SolverCard({ draft, onChange, wrong }: Props) {
  const { solver, texts, refit } = draft
  const setText = (name: string, text: string) =>
    onChange({ texts: { ...texts, [solver]: { ...texts[solver], [name]: text } } })
  return (
    <Card>
      <CardHead {...(draft.freeze.choice !== 'features' && { aside: 'fits the head first' })}>
        Solver
      </CardHead>
      <Segments
        label="Solver"
        value={solver}
        onChange={(kind) => onChange({ solver: kind })}
        options={KINDS}
      />
      <p className="mt-2.5 text-soft">{ABOUT[solver]}</p>
      <div className="mt-3 grid grid-cols-2 gap-3 sm:grid-cols-4">
        {Object.entries(texts[solver]).map(([name, text]) => (
          <NumberField
            key={`${solver} ${name}`}
            name={NAMES[name] ?? name}
            text={text}
            onText={(next) => setText(name, next)}
            wrong={wrong.includes(name)}
            placeholder={solver === 'exact' && name === 'l2' ? 'chosen on validation' : ''}
          />
        ))}
      </div>
      {solver === 'exact' && draft.freeze.choice === 'features' && (
        <label className="mt-3 flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-(--ink)"
            checked={refit}
            onChange={(event) => onChange({ refit: event.target.checked })}
          />
          Fit again on train + validation once L2 is chosen
        </label>
      )}
    </Card>
  )
}

type NumberProps = {
  name: string
  text: string
  onText: (text: string) => void
  wrong: boolean
  placeholder?: string
}

/** A number, kept as it is written. */
export function NumberField({ name, text, onText, wrong, placeholder }: NumberProps) {
  const id = useId()
  return (
    <Field id={id} label={name} {...(wrong && { problem: 'This is no number.' })}>
      <Input
        id={id}
        inputMode="decimal"
        value={text}
        placeholder={placeholder}
        aria-invalid={wrong || undefined}
        onChange={(event) => onText(event.target.value)}
      />
    </Field>
  )
}

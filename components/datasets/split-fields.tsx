'use client'

import { useId } from 'react'
import { SPLIT_HINTS, type SplitDraft } from '../../lib/dataset/split-draft.ts'
import { Field, Input } from '../ui/field.tsx'

type Props = {
  split: SplitDraft
  onChange: (split: SplitDraft) => void
  wrong: readonly (keyof SplitDraft)[]
}

const FIELDS = [
  { name: 'validation', label: 'Validation, %' },
  { name: 'test', label: 'Test, %' },
  { name: 'seed', label: 'Seed' },
] as const

/** How pictures are split where their folders don't say it. */
export function SplitFields({ split, onChange, wrong }: Props) {
  const id = useId()
  return (
    <details open={wrong.length > 0 || undefined}>
      <summary className="rounded-sm font-semibold">
        Split <span className="font-normal text-soft">where train and test folders don’t say it</span>
      </summary>
      <div className="mt-3 grid grid-cols-1 gap-3 sm:grid-cols-3">
        {FIELDS.map(({ name, label }) => (
          <Field
            key={name}
            id={`${id}${name}`}
            label={label}
            {...(wrong.includes(name) && {
              problem: name === 'seed' ? 'A whole number.' : 'From 0, both together below 100.',
            })}
          >
            <Input
              id={`${id}${name}`}
              inputMode="numeric"
              value={split[name]}
              placeholder={SPLIT_HINTS[name]}
              aria-invalid={wrong.includes(name) || undefined}
              onChange={(event) => onChange({ ...split, [name]: event.target.value })}
            />
          </Field>
        ))}
      </div>
      <p className="mt-2 text-[12.5px] text-soft">
        What is left is trained on. Validation is also taken from a train folder that comes without one.
      </p>
    </details>
  )
}

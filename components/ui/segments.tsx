'use client'

import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import type { ReactNode } from 'react'

type Props<T extends string> = {
  label: string
  value: T
  onChange: (value: T) => void
  options: readonly { value: T; title: ReactNode }[]
}

/** A choice of few, all in sight. */
export function Segments<T extends string>({ label, value, onChange, options }: Props<T>) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(chosen) => onChange(chosen as T)}
      className="inline-flex min-h-9 max-w-full flex-wrap overflow-hidden rounded-md border border-line"
    >
      {options.map((option) => (
        <Radio.Root
          key={option.value}
          value={option.value}
          className="grid place-items-center px-3 py-1 text-soft -outline-offset-2 hover:text-ink data-checked:bg-hover data-checked:text-ink"
        >
          {option.title}
        </Radio.Root>
      ))}
    </RadioGroup>
  )
}

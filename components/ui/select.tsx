'use client'

import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

type Props<T extends string> = {
  label: string
  value: T
  onChange: (value: T) => void
  options: readonly { value: T; title: ReactNode }[]
  className?: string
}

/** A choice of many: a list that opens. */
export function Select<T extends string>({ label, value, onChange, options, className }: Props<T>) {
  const items = options.map((option) => ({ value: option.value, label: option.title }))
  return (
    <Base.Root
      items={items}
      value={value}
      onValueChange={(chosen) => chosen !== null && onChange(chosen as T)}
    >
      <Base.Trigger
        aria-label={label}
        className={cn(
          'flex h-9 min-w-0 items-center justify-between gap-2 rounded-md border border-edge bg-card px-3 text-left hover:bg-hover',
          className,
        )}
      >
        <Base.Value className="truncate" />
        <Base.Icon>
          <ChevronsUpDown className="size-3.5 text-soft" aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="z-10 outline-none" sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className="max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto rounded-md border border-line bg-card p-1 shadow-lg">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="flex cursor-default items-center gap-2 rounded-sm py-1.5 pr-3 pl-2 outline-none data-highlighted:bg-hover"
              >
                <span className="w-4">
                  <Base.ItemIndicator>
                    <Check className="size-3.5" aria-hidden />
                  </Base.ItemIndicator>
                </span>
                <Base.ItemText>{option.title}</Base.ItemText>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

'use client'

import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

type Tab = { value: string; title: ReactNode; content: ReactNode }

/** Panels of which one is shown; arrow keys move between the tabs. */
export function Tabs({
  label,
  tabs,
  defaultValue,
}: {
  label: string
  tabs: readonly Tab[]
  defaultValue?: string
}) {
  return (
    <Base.Root defaultValue={defaultValue ?? tabs[0]?.value}>
      <Base.List aria-label={label} className="mb-4 flex flex-wrap gap-x-5 border-b border-line">
        {tabs.map(({ value, title }) => (
          <Base.Tab
            key={value}
            value={value}
            className="-mb-px border-b-2 border-transparent py-2 text-soft hover:text-ink data-active:border-ink data-active:text-ink"
          >
            {title}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map(({ value, content }) => (
        <Base.Panel key={value} value={value}>
          {content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}

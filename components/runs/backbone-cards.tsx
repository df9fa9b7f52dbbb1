'use client'

import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import type { Backbone } from '../../lib/api/machine.ts'
import { short } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'

type Props = { backbones: readonly Backbone[]; value: string; onChange: (id: string) => void }

const WEIGHTS = {
  downloaded: 'weights downloaded',
  imported: 'weights imported',
  absent: 'weights not here yet',
} as const

/** One card per backbone; those whose weights are not here say how to get them. */
export function BackboneCards({ backbones, value, onChange }: Props) {
  const absent = backbones.some(({ weights }) => weights === 'absent')
  return (
    <Card>
      <CardHead aside="top-1 on ImageNet · parameters">Backbone</CardHead>
      <RadioGroup
        aria-label="Backbone"
        value={value}
        onValueChange={(id) => onChange(id as string)}
        className="grid grid-cols-2 gap-2 md:grid-cols-3 xl:grid-cols-4"
      >
        {backbones.map(({ id, title, imagenetTop1, parameters, size, gflops, weights, frozenOnly }) => (
          <Radio.Root
            key={id}
            value={id}
            className="rounded-md border border-line p-2.5 text-left hover:bg-hover data-checked:border-ink data-checked:shadow-[inset_0_0_0_1px_var(--ink)]"
          >
            <span className="block text-[13px] font-semibold [overflow-wrap:anywhere]">{title}</span>
            <span className="block text-[12px] text-soft">
              {imagenetTop1 !== undefined && `${imagenetTop1.toFixed(1)} % · `}
              {short(parameters)}
            </span>
            <span className="block text-[12px] text-soft">
              {size} px{gflops !== undefined && ` · ${gflops.toFixed(1)} GFLOPs`}
            </span>
            {weights !== 'built in' && (
              <span className="block text-[12px] text-soft">
                {frozenOnly ? 'imported, frozen only' : WEIGHTS[weights]}
              </span>
            )}
          </Radio.Root>
        ))}
      </RadioGroup>
      {absent && (
        <p className="mt-3 text-[12.5px] text-soft">
          Weights that are not here yet are fetched at first use, or come from a file:{' '}
          <code className="font-mono text-[12px]">whippet backbones import ID FILE</code>
        </p>
      )}
    </Card>
  )
}

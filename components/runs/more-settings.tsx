'use client'

import { LOOKS } from '../../lib/classify/look.ts'
import type { RunDraft } from '../../lib/run/draft.ts'
import { Select } from '../ui/select.tsx'
import { NumberField } from './solver-card.tsx'

type Props = {
  draft: RunDraft
  onChange: (part: Partial<RunDraft>) => void
  wrong: readonly string[]
  /** How many the machine has. */
  devices: number
}

const RESIZES = [
  { value: 'squash', title: 'squash: the whole picture' },
  { value: 'crop', title: 'crop: its middle' },
  { value: 'pad', title: 'pad: the whole, with margins' },
] as const

/** What seldom needs another value. */
export function MoreSettings({ draft, onChange, wrong, devices }: Props) {
  return (
    <details
      className="rounded-lg border border-line bg-card px-4 py-3"
      open={wrong.includes('seed') || undefined}
    >
      <summary className="rounded-sm font-semibold">
        More{' '}
        <span className="font-normal text-soft">looks, resize, seed{devices > 1 ? ', devices' : ''}</span>
      </summary>
      <div className="mt-3 grid gap-3 sm:grid-cols-3">
        <div className="grid content-start gap-1">
          <span className="text-[13px] text-soft">Looks at each picture</span>
          <Select
            label="Looks"
            value={draft.looks}
            onChange={(looks) => onChange({ looks })}
            options={LOOKS.map((value) => ({ value, title: value }))}
          />
        </div>
        <div className="grid content-start gap-1">
          <span className="text-[13px] text-soft">Resize</span>
          <Select
            label="Resize"
            value={draft.resize}
            onChange={(resize) => onChange({ resize })}
            options={RESIZES}
          />
        </div>
        <NumberField
          name="Seed"
          text={draft.seed}
          onText={(seed) => onChange({ seed })}
          wrong={wrong.includes('seed')}
        />
        {devices > 1 && (
          <div className="grid content-start gap-1">
            <span className="text-[13px] text-soft">Devices that share the work</span>
            <Select
              label="Devices"
              value={`${draft.devices}`}
              onChange={(count) => onChange({ devices: Number(count) })}
              options={Array.from({ length: devices }, (_, i) => ({ value: `${i + 1}`, title: `${i + 1}` }))}
            />
          </div>
        )}
      </div>
    </details>
  )
}

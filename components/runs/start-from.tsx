'use client'

import { percent } from '../../lib/figures.ts'
import type { StartDraft } from '../../lib/run/draft.ts'
import { Segments } from '../ui/segments.tsx'
import { Select } from '../ui/select.tsx'

/** An own model that a run can start from. */
export type OwnModel = {
  readonly run: string
  readonly backbone: string
  /** `dogs@1`. */
  readonly dataset: string
  readonly top1?: number | undefined
}

type Props = {
  models: readonly OwnModel[]
  backbone: string
  value: StartDraft | undefined
  onChange: (from: StartDraft | undefined) => void
}

const PRETRAINED = 'pretrained'

/** Pretrained weights, or what another run made of this backbone. Nothing where there is no such run. */
export function StartFrom({ models, backbone, value, onChange }: Props) {
  const own = models.filter((model) => model.backbone === backbone)
  if (own.length === 0) return null
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <span className="text-[13px] text-soft">Start from</span>
      <Select
        label="Start from"
        value={value?.run ?? PRETRAINED}
        onChange={(run) =>
          onChange(run === PRETRAINED ? undefined : { run, checkpoint: value?.checkpoint ?? 'best' })
        }
        options={[
          { value: PRETRAINED, title: 'Pretrained weights' },
          ...own.map((model) => ({ value: model.run, title: titleOf(model) })),
        ]}
        className="min-w-56 max-w-full"
      />
      {value && (
        <Segments
          label="Checkpoint"
          value={value.checkpoint}
          onChange={(checkpoint) => onChange({ ...value, checkpoint })}
          options={[
            { value: 'best', title: 'Best' },
            { value: 'last', title: 'Last' },
          ]}
        />
      )}
    </div>
  )
}

function titleOf({ run, dataset, top1 }: OwnModel): string {
  return `Run ${run}, ${dataset}${top1 === undefined ? '' : `, ${percent(top1)}`}`
}

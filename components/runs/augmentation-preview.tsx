'use client'

import { useState } from 'react'
import type { RunDraft } from '../../lib/run/draft.ts'
import { usePictureBase } from '../ui/picture-base.tsx'
import { thumbnailUrl } from '../ui/picture-urls.ts'

type Props = {
  draft: Pick<RunDraft, 'backbone' | 'training' | 'resize' | 'seed'>
  /** Hashes of a few pictures of the dataset. */
  pictures: readonly string[]
}

const PICTURES = 3
const VIEWS = 4

/** What the chosen augmentation makes of pictures: the very views that this run will train on. Loaded once it is opened. */
export function AugmentationPreview({ draft, pictures }: Props) {
  const [open, setOpen] = useState(false)
  const { augmentation = 'none', views = '' } = draft.training
  if (augmentation === 'none' || pictures.length === 0) return null
  const shown = Math.min(VIEWS, Math.max(1, Number(views) || 1))
  return (
    <details className="mt-3" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="rounded-sm font-semibold">
        Pictures as training sees them{' '}
        <span className="font-normal text-soft">the first of their random views</span>
      </summary>
      {open && (
        <div className="mt-3 grid gap-4">
          {pictures.slice(0, PICTURES).map((hash, n) => (
            <ViewsOfPicture key={hash} hash={hash} number={n + 1} views={shown} draft={draft} />
          ))}
        </div>
      )}
    </details>
  )
}

type RowProps = { hash: string; number: number; views: number; draft: Props['draft'] }

function ViewsOfPicture({ hash, number, views, draft }: RowProps) {
  const base = usePictureBase()
  const cells = [
    { name: 'original', url: thumbnailUrl(base, hash) },
    { name: 'evaluation', url: viewUrl(base, hash, draft, 0) },
    ...Array.from({ length: views }, (_, i) => ({
      name: `view ${i + 1}`,
      url: viewUrl(base, hash, draft, i + 1),
    })),
  ]
  return (
    <ul aria-label={`Picture ${number}`} className="grid grid-cols-3 gap-2 sm:grid-cols-6">
      {cells.map(({ name, url }) => (
        <li key={name} className="min-w-0">
          {/* biome-ignore lint/performance/noImgElement: it is made by the server, once */}
          <img
            src={url}
            alt={`Number ${number}, ${name}`}
            decoding="async"
            className="aspect-square w-full rounded-md bg-hover object-contain"
          />
          <span className="mt-1 block text-[12px] text-soft">{name}</span>
        </li>
      ))}
    </ul>
  )
}

function viewUrl(base: string, hash: string, draft: Props['draft'], view: number): string {
  const { backbone, training, resize, seed } = draft
  const query = new URLSearchParams({
    backbone,
    preset: training.augmentation ?? '',
    view: `${view}`,
    seed: /^\d+$/.test(seed) ? seed : '0',
    ...(resize !== 'squash' && { resize }),
  })
  return `${base}/pictures/${hash}/view?${query}`
}

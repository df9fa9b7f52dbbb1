'use client'

import { usePathname, useRouter } from 'next/navigation'
import type { PicturePage, PictureQuery } from '../../lib/api/datasets.ts'
import { SPLITS } from '../../lib/dataset/dataset.ts'
import { readableName } from '../../lib/dataset/readable-name.ts'
import { counted } from '../../lib/figures.ts'
import { Segments } from '../ui/segments.tsx'
import { Select } from '../ui/select.tsx'
import { PictureGrid } from './picture-grid.tsx'

type Props = {
  version: string
  classes: readonly string[]
  query: Pick<PictureQuery, 'split' | 'label'>
  first: PicturePage
}

/** The pictures of a version, all or those of a class and split; the choice stands in the address. */
export function PicturesSection({ version, classes, query, first }: Props) {
  const router = useRouter()
  const path = usePathname()
  const go = (change: { split?: string; label?: string }) => {
    const next = { split: query.split ?? 'all', label: `${query.label ?? 'all'}`, ...change }
    const kept = Object.entries(next).filter(([, value]) => value !== 'all')
    router.replace(`${path}?${new URLSearchParams(kept)}`, { scroll: false })
  }
  const names = classes.map(readableName)
  return (
    <section id="pictures" aria-label="Pictures" className="scroll-mt-16">
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <h2>Pictures</h2>
        <span className="text-soft">{counted(first.total, 'picture')}</span>
        <div className="ml-auto flex flex-wrap gap-2">
          <Segments
            label="Split"
            value={query.split ?? 'all'}
            onChange={(split) => go({ split })}
            options={['all', ...SPLITS].map((value) => ({ value, title: value }))}
          />
          <Select
            label="Class"
            value={`${query.label ?? 'all'}`}
            onChange={(label) => go({ label })}
            options={[
              { value: 'all', title: 'all classes' },
              ...names.map((title, i) => ({ value: `${i}`, title })),
            ]}
          />
        </div>
      </div>
      {first.total === 0 ? (
        <p className="py-10 text-center text-soft">No picture of this class in this split.</p>
      ) : (
        <PictureGrid
          key={`${query.split} ${query.label}`}
          version={version}
          names={names}
          query={query}
          first={first}
        />
      )}
    </section>
  )
}

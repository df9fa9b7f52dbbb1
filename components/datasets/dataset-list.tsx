import Link from 'next/link'
import type { DatasetSummary } from '../../lib/api/datasets.ts'
import { count, counted } from '../../lib/figures.ts'
import { thumbnailUrl } from '../ui/picture-urls.ts'
import { When } from '../ui/when.tsx'

/** Datasets, one a line, with a glance at their pictures. */
export function DatasetList({ datasets }: { datasets: readonly DatasetSummary[] }) {
  return (
    <ul className="overflow-hidden rounded-lg border border-line bg-card">
      {datasets.map(({ id, dataset, version, classes, counts, createdAt, cover }) => (
        <li key={id} className="border-t border-line first:border-t-0">
          <Link
            href={`/datasets/${id}`}
            className="flex items-center gap-4 px-4 py-2.5 -outline-offset-2 hover:bg-hover"
          >
            <span className="flex shrink-0 gap-1 max-sm:hidden" aria-hidden>
              {cover.slice(0, 5).map((hash) => (
                // biome-ignore lint/performance/noImgElement: thumbnails are made at import
                <img
                  key={hash}
                  src={thumbnailUrl('/api', hash)}
                  alt=""
                  loading="lazy"
                  className="size-8 rounded-sm bg-hover object-cover"
                />
              ))}
            </span>
            <span className="min-w-0 flex-1 truncate">
              <span className="font-medium">{dataset}</span>{' '}
              <span className="text-soft">version {version}</span>
              <span className="block truncate text-soft sm:inline">
                <span className="max-sm:hidden"> · </span>
                {counted(classes.length, 'class', 'classes')} ·{' '}
                {count(counts.train + counts.validation + counts.test)} pictures
              </span>
            </span>
            <span className="text-soft max-md:hidden">
              <When at={createdAt} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

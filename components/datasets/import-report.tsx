import { Info } from 'lucide-react'
import type { DatasetDetail } from '../../lib/api/datasets.ts'
import { groupBy } from '../../lib/dataset/group-by.ts'
import { count, counted, percent } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'

/** What became of every file, and what people should know of the whole. */
export function ImportReportCard({ dataset }: { dataset: Pick<DatasetDetail, 'report' | 'split'> }) {
  const { files, imported, skipped, warnings } = dataset.report
  return (
    <Card>
      <CardHead aside={splitWords(dataset.split)}>Import report</CardHead>
      <p>
        {count(imported)} of {counted(files, 'file')} imported
        {skipped.length === 0 ? ', none skipped.' : `, ${count(skipped.length)} skipped.`}
      </p>
      {warnings.length > 0 && (
        <ul className="mt-3 grid gap-2">
          {warnings.map(({ code, says, files: of }) => (
            <li key={`${code} ${says}`} className="flex gap-2">
              <Info className="mt-0.5 size-4 shrink-0 text-amber-ink" aria-label="Note" />
              <div className="min-w-0 flex-1">
                <p>{says}</p>
                {of && of.length > 0 && (
                  <Files title={counted(of.length, 'file')} lines={of.map((file) => [file])} />
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {[...groupBy(skipped, ({ code }) => code)].map(([code, group]) => (
        <Files
          key={code}
          title={`${counted(group.length, 'file')} skipped: ${reasonOf(code)}`}
          lines={group.map(({ file, says }) => [file, says])}
        />
      ))}
    </Card>
  )
}

function Files({
  title,
  lines,
}: {
  title: string
  lines: readonly (readonly [file: string, says?: string])[]
}) {
  return (
    <details className="mt-2">
      <summary className="rounded-sm text-soft hover:text-ink">{title}</summary>
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={title}
        className="mt-2 max-h-64 overflow-y-auto rounded-md bg-hover p-3 text-[12.5px]"
      >
        {lines.map(([file, says]) => (
          <li key={file} className="[content-visibility:auto] [overflow-wrap:anywhere]">
            <span className="font-mono">{file}</span>
            {says && <span className="text-soft"> {says}</span>}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** `import/not-a-picture` → `not a picture`. */
const reasonOf = (code: string) => code.replace(/^.*\//, '').replaceAll('-', ' ')

function splitWords({ from, seed, shares }: DatasetDetail['split']): string {
  if (from === 'folders') return 'split by its folders'
  const parts = [shares.train, shares.validation, shares.test].map((share) =>
    percent(share ?? 0, 0).replace(' %', ''),
  )
  return `split at random, ${parts.join(' / ')} %, seed ${seed}`
}

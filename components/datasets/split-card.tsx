import type { DatasetDetail } from '../../lib/api/datasets.ts'
import { SPLITS } from '../../lib/dataset/dataset.ts'
import { count, percent } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'

const FILLS = { train: 'bg-ink', validation: 'bg-soft', test: 'bg-edge' }
const USES = {
  train: 'the head is fitted on it',
  validation: 'chooses L2 and the threshold',
  test: 'judged once, chooses nothing',
}

/** How many pictures each split has, and what it is for. */
export function SplitCard({ counts }: { counts: DatasetDetail['counts'] }) {
  const all = Math.max(1, counts.train + counts.validation + counts.test)
  return (
    <Card>
      <CardHead>Split</CardHead>
      <div className="mb-3 flex h-1.5 gap-1" aria-hidden>
        {SPLITS.map(
          (split) =>
            counts[split] > 0 && (
              <span key={split} className={`rounded-full ${FILLS[split]}`} style={{ flex: counts[split] }} />
            ),
        )}
      </div>
      <ul className="grid gap-1.5">
        {SPLITS.map((split) => (
          <li key={split} className="flex flex-wrap items-baseline gap-x-3">
            <span className="inline-flex items-center gap-2">
              <i className={`size-2.5 rounded-[3px] ${FILLS[split]}`} aria-hidden /> {split}
            </span>
            <span className="text-[12.5px] text-soft">{USES[split]}</span>
            <span className="ml-auto">
              {count(counts[split])}{' '}
              <span className="inline-block w-14 text-right text-soft">{percent(counts[split] / all)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

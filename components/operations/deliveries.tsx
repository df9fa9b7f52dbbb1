import type { Delivery } from '../../lib/alerts/alert.ts'
import { counted } from '../../lib/figures.ts'
import { When } from '../ui/when.tsx'

const TITLES: Record<Delivery['kind'], string> = {
  'run-ended': 'A run ended',
  'run-failed': 'A run failed',
  'decision-needed': 'A decision is needed',
  test: 'A test',
}

/** What became of the last alerts. */
export function Deliveries({ deliveries }: { deliveries: readonly Delivery[] }) {
  if (deliveries.length === 0) return null
  return (
    <ul aria-label="The last alerts" className="mt-4 grid gap-1.5 border-t border-line pt-3">
      {deliveries.map(({ id, kind, tries, deliveredAt, problem }) => (
        <li key={id} className="grid gap-0.5 [overflow-wrap:anywhere]">
          <span className="flex flex-wrap justify-between gap-x-3">
            {TITLES[kind]}
            <span className="text-soft">
              {deliveredAt ? (
                <>
                  received <When at={deliveredAt} />
                </>
              ) : (
                `not received yet, ${counted(tries, 'try', 'tries')}`
              )}
            </span>
          </span>
          {problem && !deliveredAt && <span className="text-[13px] text-soft">{problem}</span>}
        </li>
      ))}
    </ul>
  )
}

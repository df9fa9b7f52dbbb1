import type { Share } from '../../lib/api/shares.ts'
import { moment } from '../../lib/figures.ts'
import { Button } from '../ui/button.tsx'
import { When } from '../ui/when.tsx'

/** The links that hold. */
export function ShareList({
  shares,
  onRevoke,
}: {
  shares: readonly Share[]
  onRevoke: (id: string) => void
}) {
  if (shares.length === 0) return <p className="text-soft">No link holds now.</p>
  return (
    <ul className="grid">
      {shares.map(({ id, createdAt, expiresAt }) => (
        <li key={id} className="flex items-center gap-3 border-t border-line py-2 first:border-t-0">
          <span className="min-w-0 flex-1">
            Made <When at={createdAt} />
            <span className="block text-[12.5px] text-soft">
              {expiresAt ? `holds until ${moment(expiresAt)}` : 'holds until it is revoked'}
            </span>
          </span>
          <Button size="small" onClick={() => onRevoke(id)}>
            Revoke
          </Button>
        </li>
      ))}
    </ul>
  )
}

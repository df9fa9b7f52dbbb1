'use client'

import { useEffect, useState } from 'react'
import type { CreatedShare, Share } from '../../lib/api/shares.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Select } from '../ui/select.tsx'
import { ErrorState, Skeleton } from '../ui/states.tsx'
import { NewLink } from './new-link.tsx'
import { ShareList } from './share-list.tsx'

const EXPIRIES = [
  { value: 'never', title: 'until revoked' },
  { value: '24', title: 'for a day' },
  { value: '168', title: 'for a week' },
  { value: '720', title: 'for 30 days' },
] as const

/** Makes, lists and revokes links to one run. */
export function ShareDialog({ run, onOpenChange }: { run: string; onOpenChange: (open: boolean) => void }) {
  const call = useCall()
  const [shares, setShares] = useState<Share[]>()
  const [made, setMade] = useState<CreatedShare>()
  const [expiry, setExpiry] = useState<(typeof EXPIRIES)[number]['value']>('never')
  const [problem, setProblem] = useState<ProblemSummary>()
  const attempt = async (act: () => Promise<void>) => {
    setProblem(undefined)
    await act().catch((thrown: unknown) => setProblem(Problem.from(thrown).summary()))
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is asked for once, when the dialog opens
  useEffect(() => {
    void attempt(async () => setShares((await call('shares', 'GET', `/api/runs/${run}/shares`)).shares))
  }, [run])
  const make = () =>
    attempt(async () => {
      const body = expiry === 'never' ? {} : { expiresInHours: Number(expiry) }
      const { path, ...share } = (await call('shareMade', 'POST', `/api/runs/${run}/shares`, body)).share
      setMade({ path, ...share })
      setShares((before = []) => [share, ...before])
    })
  const revoke = (id: string) =>
    attempt(async () => {
      await call('nothing', 'DELETE', `/api/shares/${id}`)
      setShares((before = []) => before.filter((share) => share.id !== id))
      if (made?.id === id) setMade(undefined)
    })
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title="Share this run"
      description="Whoever has the link sees this one run, live, and can try its model. Nothing else."
    >
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-soft">A link that holds</span>
        <Select label="How long the link holds" value={expiry} onChange={setExpiry} options={EXPIRIES} />
        <Button variant="go" onClick={make} className="ml-auto">
          Make a link
        </Button>
      </div>
      {made && <NewLink path={made.path} />}
      {problem && <ErrorState problem={problem} />}
      {shares ? <ShareList shares={shares} onRevoke={revoke} /> : !problem && <Skeleton className="h-10" />}
    </Dialog>
  )
}

'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { bytes, count, duration, speed } from '../../lib/figures.ts'
import { useLiveOverview } from '../live/use-overview.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Progress } from '../ui/progress.tsx'
import { ErrorState } from '../ui/states.tsx'
import type { Parcel, Sending } from './use-import.ts'

type Props = {
  sending: Exclude<Sending, { status: 'idle' }>
  onCancel: () => void
  onAgain: (parcel: Parcel) => void
}

/** What happens to what was dropped, until its dataset is there. */
export function SendingCard({ sending, onCancel, onAgain }: Props) {
  switch (sending.status) {
    case 'packing':
      return (
        <Waiting title="Reading the pictures" value={sending.done} max={sending.total} onCancel={onCancel}>
          {count(sending.done)} of {count(sending.total)}
        </Waiting>
      )
    case 'sending':
      return (
        <Waiting title="Uploading" value={sending.sent} max={sending.total} onCancel={onCancel}>
          {bytes(sending.sent)} of {bytes(sending.total)}. If the connection breaks it goes on by itself.
        </Waiting>
      )
    case 'importing':
      return <Importing id={sending.id} onClose={onCancel} />
    case 'failed':
      return (
        <ErrorState
          problem={sending.problem}
          actions={
            <>
              <Button variant="go" onClick={() => onAgain(sending.parcel)}>
                Try again
              </Button>
              <Button onClick={onCancel}>Start over</Button>
            </>
          }
        />
      )
  }
}

/** The import as the server tells it; once it has succeeded its report is shown. */
function Importing({ id, onClose }: { id: string; onClose: () => void }) {
  const router = useRouter()
  const state = useLiveOverview()?.imports.find((one) => one.id === id)?.state
  const version = state?.status === 'succeeded' ? state.version : undefined
  useEffect(() => {
    if (version !== undefined) router.push(`/datasets/${version}`)
  }, [version, router])
  if (state?.status === 'failed')
    return <ErrorState problem={state.problem} actions={<Button onClick={onClose}>Start over</Button>} />
  if (state?.status !== 'running') {
    return (
      <Waiting title={version ? 'Opening the report' : 'Importing'} value={null} max={1}>
        Each picture is decoded once and its thumbnail made.
      </Waiting>
    )
  }
  const { done, total, imagesPerSecond, etaSeconds } = state
  return (
    <Waiting title="Importing" value={done} max={total}>
      {count(done)} of {count(total)}, {speed(imagesPerSecond)}
      {etaSeconds !== undefined && `, ${duration(etaSeconds)} left`}. You can leave this page: it goes on.
    </Waiting>
  )
}

type WaitingProps = {
  title: string
  value: number | null
  max: number
  onCancel?: () => void
  children: React.ReactNode
}

function Waiting({ title, value, max, onCancel, children }: WaitingProps) {
  return (
    <Card className="grid gap-2.5">
      <div className="flex items-center gap-3">
        <p className="flex-1 font-medium">{title}</p>
        {onCancel && (
          <Button size="small" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </div>
      <Progress label={title} value={value} max={max} />
      <p className="text-soft">{children}</p>
    </Card>
  )
}

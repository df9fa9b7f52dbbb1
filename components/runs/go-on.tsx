'use client'

import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import type { Run } from '../../lib/run/run.ts'
import { Button, buttonLooks } from '../ui/button.tsx'
import { loadPatiently } from '../ui/load-patiently.ts'

// Dialogs weigh more than the rest of the page: they come when they are asked for.
const dialogs = () => loadPatiently(() => import('./go-on-dialogs.tsx'))
const ResumeDialog = dynamic(() => dialogs().then((module) => module.ResumeDialog))
const ExtendDialog = dynamic(() => dialogs().then((module) => module.ExtendDialog))

/** How a run that has ended can go on: from where it stopped, for more epochs, or as the start of a new run. */
export function GoOn({ run, hasModel }: { run: Run; hasModel: boolean }) {
  const [dialog, setDialog] = useState<'resume' | 'extend'>()
  const close = (open: boolean) => !open && setDialog(undefined)
  const succeeded = run.state.status === 'succeeded'
  return (
    <>
      {!succeeded && <Button onClick={() => setDialog('resume')}>Resume</Button>}
      {succeeded && run.settings.strategy !== 'feature-extraction' && (
        <Button onClick={() => setDialog('extend')}>More epochs</Button>
      )}
      {hasModel && (
        <Link href={`/runs/new?from=${run.id}`} className={buttonLooks({ variant: 'plain' })}>
          Continue from it
        </Link>
      )}
      {dialog === 'resume' && <ResumeDialog run={run.id} onOpenChange={close} />}
      {dialog === 'extend' && <ExtendDialog run={run.id} onOpenChange={close} />}
    </>
  )
}

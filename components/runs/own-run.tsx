'use client'

import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import { isOver } from '../../lib/run/reduce.ts'
import type { Run } from '../../lib/run/run.ts'
import { LazyNotifyButton } from '../operations/lazy-notify-button.tsx'
import { Button, buttonLooks } from '../ui/button.tsx'
import { loadPatiently } from '../ui/load-patiently.ts'
import { GoOn } from './go-on.tsx'
import { RunView } from './run-view.tsx'

const StopDialog = dynamic(() =>
  loadPatiently(() => import('./stop-dialog.tsx')).then((module) => module.StopDialog),
)
const ShareDialog = dynamic(() =>
  loadPatiently(() => import('../share/share-dialog.tsx')).then((module) => module.ShareDialog),
)

/** The page of a run for its team: it can be stopped and shared, and leads to its dataset and its model. */
export function OwnRun({ initial, backbone }: { initial: Run; backbone: string }) {
  return (
    <RunView
      initial={initial}
      backbone={backbone}
      actions={(run) => <Actions run={run} />}
      dataset={({ dataset }) => (
        <Link href={`/datasets/${dataset.version}`} className="underline underline-offset-2">
          {dataset.name}
        </Link>
      )}
      picturesHref={({ dataset, evaluation }) =>
        (label) =>
          `/datasets/${dataset.version}?split=${evaluation?.split ?? 'test'}&label=${label}#pictures`
        }
    />
  )
}

function Actions({ run }: { run: Run }) {
  const [dialog, setDialog] = useState<'stop' | 'share'>()
  // Of a run that was over before, there is no end to be told of.
  const [wasOver] = useState(() => isOver(run.state))
  const hasModel = run.state.status === 'succeeded' || (run.state.status === 'stopped' && run.state.kept)
  const onOpenChange = (open: boolean) => !open && setDialog(undefined)
  return (
    <>
      {run.settings.trial && (
        <Link href={`/tunes/${run.settings.trial.tune}`} className={buttonLooks()}>
          Its tune
        </Link>
      )}
      {!(wasOver && isOver(run.state)) && <LazyNotifyButton run={run.id} over={isOver(run.state)} />}
      <Button onClick={() => setDialog('share')}>Share</Button>
      {!isOver(run.state) && (
        <Button onClick={() => setDialog('stop')} disabled={run.requestedStop}>
          {run.requestedStop ? 'Stopping …' : 'Stop and keep best'}
        </Button>
      )}
      {isOver(run.state) && <GoOn run={run} hasModel={hasModel} />}
      {hasModel && (
        <Link href={`/models/${run.id}`} className={buttonLooks({ variant: 'go' })}>
          Try the model
        </Link>
      )}
      {dialog === 'stop' && <StopDialog run={run.id} onOpenChange={onOpenChange} />}
      {dialog === 'share' && <ShareDialog run={run.id} onOpenChange={onOpenChange} />}
    </>
  )
}

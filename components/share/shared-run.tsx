'use client'

import dynamic from 'next/dynamic'
import { useSyncExternalStore } from 'react'
import type { Contract } from '../../lib/live/contract.ts'
import type { Run } from '../../lib/run/run.ts'
import { ConnectionBanner } from '../live/connection-banner.tsx'
import { LiveProvider, useConnection } from '../live/live-provider.tsx'
import { RunView } from '../runs/run-view.tsx'
import { PictureBase } from '../ui/picture-base.tsx'
import { Skeleton } from '../ui/states.tsx'
import { LinkEnded } from './link-ended.tsx'

const ClassifyBox = dynamic(
  () => import('../classify/classify-box.tsx').then((module) => module.ClassifyBox),
  {
    loading: () => <Skeleton className="h-64" />,
  },
)

type Props = { contract: Contract; token: string; initial: Run; backbone: string }

/** A run for whoever has the link: read-only, live, with its model to try. */
export function SharedRun({ contract, token, initial, backbone }: Props) {
  return (
    <LiveProvider contract={contract} share={token}>
      <PictureBase value={`/s/${token}`}>
        <UntilRevoked>
          <RunView initial={initial} backbone={backbone}>
            {(run) => hasModel(run) && <Try token={token} />}
          </RunView>
          <ConnectionBanner />
        </UntilRevoked>
      </PictureBase>
    </LiveProvider>
  )
}

/** Takes everything away at once when the link no longer holds. */
function UntilRevoked({ children }: { children: React.ReactNode }) {
  const connection = useConnection()
  return connection.status === 'refused' ? <LinkEnded problem={connection.problem} /> : children
}

function Try({ token }: { token: string }) {
  const hydrated = useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  )
  if (!hydrated) return null
  return (
    <section aria-label="Try the model" className="mb-4">
      <ClassifyBox bundleUrl={`/s/${token}/bundle`} />
    </section>
  )
}

const hasModel = ({ state }: Run) =>
  state.status === 'succeeded' || (state.status === 'stopped' && state.kept)

'use client'

import type { ReactNode } from 'react'
import type { BundleState } from '../../lib/api/models.ts'
import type { Contract } from '../../lib/live/contract.ts'
import type { Run } from '../../lib/run/run.ts'
import { ConnectionBanner } from '../live/connection-banner.tsx'
import { LiveProvider, useConnection } from '../live/live-provider.tsx'
import { RunView } from '../runs/run-view.tsx'
import { PictureBase } from '../ui/picture-base.tsx'
import { LinkEnded } from './link-ended.tsx'
import { TryModel } from './try-model.tsx'

type Props = { contract: Contract; token: string; initial: Run; backbone: string; bundle: BundleState }

/** A run for whoever has the link: read-only, live, with its model to try. */
export function SharedRun({ contract, token, initial, backbone, bundle }: Props) {
  return (
    <LiveProvider contract={contract} share={token}>
      <PictureBase value={`/s/${token}`}>
        <UntilRevoked>
          <RunView initial={initial} backbone={backbone}>
            {(run) => hasModel(run) && <TryModel run={run.id} token={token} initial={bundle} />}
          </RunView>
          <ConnectionBanner />
        </UntilRevoked>
      </PictureBase>
    </LiveProvider>
  )
}

/** Takes everything away at once when the link no longer holds. */
function UntilRevoked({ children }: { children: ReactNode }) {
  const connection = useConnection()
  return connection.status === 'refused' ? <LinkEnded problem={connection.problem} /> : children
}

const hasModel = ({ state }: Run) =>
  state.status === 'succeeded' || (state.status === 'stopped' && state.kept)

import type { Metadata } from 'next'
import Link from 'next/link'
import { LazyNotifyButton } from '../../../components/operations/lazy-notify-button.tsx'
import { LiveRunList } from '../../../components/runs/live-run-list.tsx'
import { QueueCard } from '../../../components/runs/queue-card.tsx'
import { TuneList } from '../../../components/tuning/tune-list.tsx'
import { buttonLooks } from '../../../components/ui/button.tsx'
import { PageHead } from '../../../components/ui/page-head.tsx'
import { EmptyState } from '../../../components/ui/states.tsx'
import { services } from '../../../server/services.ts'

export const metadata: Metadata = { title: 'Runs' }

export default async function Runs() {
  const [runs, queue, tunes, backbones] = await Promise.all([
    services().runs.list(),
    services().queue(),
    services().tunes.list(),
    services().machine.backbones(),
  ])
  const titles = Object.fromEntries(backbones.map(({ id, title }) => [id, title]))
  const newRun = (
    <Link href="/runs/new" className={buttonLooks({ variant: 'go' })}>
      New run
    </Link>
  )
  return (
    <>
      <PageHead
        title="Runs"
        actions={
          <>
            <LazyNotifyButton />
            {newRun}
          </>
        }
      />
      <QueueCard initial={queue} runs={runs} titles={titles} />
      <LiveRunList
        initial={runs}
        titles={titles}
        empty={
          <EmptyState title="No run yet" actions={newRun}>
            A run trains a classifier on a dataset. With a frozen backbone that takes minutes, even without a
            GPU.
          </EmptyState>
        }
      />
      <TuneList tunes={tunes} titles={titles} />
    </>
  )
}

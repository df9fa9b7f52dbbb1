import type { Metadata } from 'next'
import { Suspense } from 'react'
import { EnginesSection } from '../../components/engines/engines-section.tsx'
import { AlertsCard } from '../../components/operations/alerts-card.tsx'
import { SpaceCard } from '../../components/operations/space-card.tsx'
import { Card, CardHead } from '../../components/ui/card.tsx'
import { PageHead } from '../../components/ui/page-head.tsx'
import { Skeleton } from '../../components/ui/states.tsx'
import { services } from '../../server/services.ts'

export const metadata: Metadata = { title: 'Settings' }

/** The machine and what it does by itself, a section each. */
export default async function SettingsPage() {
  const { machine, alerts } = services()
  const [space, shown] = await Promise.all([machine.space(), alerts.shown()])
  return (
    <>
      <PageHead title="Settings" />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <SpaceCard initial={space} />
        <AlertsCard initial={shown} />
        <div className="min-w-0 lg:col-span-2">
          <Suspense fallback={<EnginesComing />}>
            <Engines />
          </Suspense>
        </div>
      </div>
    </>
  )
}

/** The first to ask waits until every engine is checked. */
async function Engines() {
  return <EnginesSection initial={await services().machine.engines()} />
}

function EnginesComing() {
  return (
    <Card>
      <CardHead>Engines</CardHead>
      <p className="mb-3 text-soft">Checking every engine, some seconds …</p>
      <Skeleton className="h-40" />
    </Card>
  )
}

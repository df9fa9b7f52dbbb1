import type { Metadata } from 'next'
import { AlertsCard } from '../../components/operations/alerts-card.tsx'
import { SpaceCard } from '../../components/operations/space-card.tsx'
import { PageHead } from '../../components/ui/page-head.tsx'
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
      </div>
    </>
  )
}

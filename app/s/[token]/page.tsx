import type { Metadata } from 'next'
import { LinkEnded } from '../../../components/share/link-ended.tsx'
import { SharedRun } from '../../../components/share/shared-run.tsx'
import { contract } from '../../../lib/live/contract.ts'
import { services } from '../../../server/services.ts'

/** The token is a secret: it goes to no other site and into no index. */
export const metadata: Metadata = {
  title: 'A shared run',
  robots: { index: false, follow: false },
  referrer: 'no-referrer',
}

export default async function SharedRunPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  const opened = await services().shares.open(token)
  if (!opened) return <LinkEnded />
  const { run } = opened
  const { machine, models } = services()
  const [backbones, bundle] = await Promise.all([machine.backbones(), models.bundle(run.id)])
  const backbone = backbones.find(({ id }) => id === run.settings.backbone)?.title ?? run.settings.backbone
  return <SharedRun contract={contract()} token={token} initial={run} backbone={backbone} bundle={bundle} />
}

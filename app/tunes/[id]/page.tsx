import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { TunePage } from '../../../components/tuning/tune-page.tsx'
import { services } from '../../../server/services.ts'

type Props = { params: Promise<{ id: string }> }

const findTune = cache((id: string) => services().tunes.find(id))

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const tune = await findTune((await params).id)
  return { title: tune ? `Tune on ${tune.dataset.name}` : 'No such tune' }
}

export default async function TuneOnPage({ params }: Props) {
  const tune = await findTune((await params).id)
  if (!tune) notFound()
  const backbones = await services().machine.backbones()
  const backbone = backbones.find(({ id }) => id === tune.backbone)
  return <TunePage key={tune.id} initial={tune} backbone={backbone?.title ?? tune.backbone} />
}

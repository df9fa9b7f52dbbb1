import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { OwnRun } from '../../../components/runs/own-run.tsx'
import { services } from '../../../server/services.ts'

type Props = { params: Promise<{ id: string }> }

const findRun = cache((id: string) => services().runs.find(id))

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const run = await findRun((await params).id)
  return { title: run ? `${run.dataset.name}, ${run.settings.backbone}` : 'No such run' }
}

export default async function RunPage({ params }: Props) {
  const run = await findRun((await params).id)
  if (!run) notFound()
  const backbones = await services().machine.backbones()
  const backbone = backbones.find(({ id }) => id === run.settings.backbone)
  return <OwnRun key={run.id} initial={run} backbone={backbone?.title ?? run.settings.backbone} />
}

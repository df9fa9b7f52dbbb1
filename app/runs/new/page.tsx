import type { Metadata } from 'next'
import Link from 'next/link'
import { NewRunForm } from '../../../components/runs/new-run-form.tsx'
import { buttonLooks } from '../../../components/ui/button.tsx'
import { PageHead } from '../../../components/ui/page-head.tsx'
import { EmptyState } from '../../../components/ui/states.tsx'
import { draftDefaults } from '../../../lib/run/draft-defaults.ts'
import { DEFAULT_RATES, WHOLE_NETWORK_RATES } from '../../../lib/run/training.ts'
import { services } from '../../../server/services.ts'

export const metadata: Metadata = { title: 'New run' }

type Props = { searchParams: Promise<Record<string, string | string[]>> }

export default async function NewRun({ searchParams }: Props) {
  const { dataset: wanted } = await searchParams
  const { datasets, machine } = services()
  const asked = typeof wanted === 'string' ? await datasets.find(wanted) : undefined
  const [latest, backbones, devices] = await Promise.all([
    datasets.list(),
    machine.backbones(),
    machine.devices(),
  ])
  // An older version may be asked for: the list has the latest of each name.
  const offered = asked && !latest.some(({ id }) => id === asked.id) ? [asked, ...latest] : latest
  const chosen = asked ?? offered[0]
  if (!chosen) return <NoDataset />
  return (
    <NewRunForm
      datasets={offered.map(({ id, dataset, version, classes, counts, createdAt, cover }) => ({
        id,
        dataset,
        version,
        classes,
        counts,
        createdAt,
        cover,
      }))}
      backbones={backbones}
      chosen={chosen.id}
      defaults={draftDefaults()}
      rates={{ part: DEFAULT_RATES, whole: WHOLE_NETWORK_RATES }}
      devices={devices.length}
    />
  )
}

function NoDataset() {
  return (
    <>
      <PageHead title="New run" />
      <EmptyState
        title="A run needs a dataset"
        actions={
          <Link href="/datasets" className={buttonLooks({ variant: 'go' })}>
            Add pictures
          </Link>
        }
      >
        Drop a folder with one folder per class, and come back.
      </EmptyState>
    </>
  )
}

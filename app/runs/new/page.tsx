import type { Metadata } from 'next'
import Link from 'next/link'
import { NewRunForm } from '../../../components/runs/new-run-form.tsx'
import type { OwnModel } from '../../../components/runs/start-from.tsx'
import { buttonLooks } from '../../../components/ui/button.tsx'
import { PageHead } from '../../../components/ui/page-head.tsx'
import { EmptyState } from '../../../components/ui/states.tsx'
import type { Device } from '../../../lib/api/machine.ts'
import type { RunSummary } from '../../../lib/api/runs.ts'
import { draftDefaults } from '../../../lib/run/draft-defaults.ts'
import { USUAL_RATES } from '../../../lib/run/training.ts'
import { services } from '../../../server/services.ts'

export const metadata: Metadata = { title: 'New run' }

type Props = { searchParams: Promise<Record<string, string | string[]>> }

export default async function NewRun({ searchParams }: Props) {
  const { dataset: wanted, from } = await searchParams
  const { datasets, machine, runs } = services()
  const [latest, backbones, devices, listed] = await Promise.all([
    datasets.list(),
    machine.backbones(),
    machine.devices(),
    runs.list(MOST_MODELS),
  ])
  const models = listed.filter(({ status }) => status === 'succeeded' || status === 'stopped').map(modelOf)
  const parent = models.find(({ run }) => run === from)
  // Who comes from a model wants the latest version of its dataset.
  const name = typeof wanted === 'string' ? wanted : parent?.dataset.replace(/@\d+$/, '')
  const asked = name === undefined ? undefined : await datasets.find(name)
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
      models={models}
      from={parent?.run}
      rates={USUAL_RATES}
      devices={mostTogether(devices)}
    />
  )
}

/** The newest that are offered to start from. */
const MOST_MODELS = 200

/** As many devices as a run can ask for: it has those of one machine. */
function mostTogether(devices: readonly Device[]): number {
  const counts = new Map<string | undefined, number>()
  for (const { machine } of devices) counts.set(machine, (counts.get(machine) ?? 0) + 1)
  return Math.max(...counts.values())
}

function modelOf({ id, backbone, dataset, top1 }: RunSummary): OwnModel {
  return { run: id, backbone, dataset: dataset.name, top1 }
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

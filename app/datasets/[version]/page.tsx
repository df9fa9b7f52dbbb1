import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { ClassTable } from '../../../components/datasets/class-table.tsx'
import { ImportReportCard } from '../../../components/datasets/import-report.tsx'
import { PicturesSection } from '../../../components/datasets/pictures-section.tsx'
import { SplitCard } from '../../../components/datasets/split-card.tsx'
import { buttonLooks } from '../../../components/ui/button.tsx'
import { PageHead } from '../../../components/ui/page-head.tsx'
import { pictureQuerySchema } from '../../../lib/api/datasets.ts'
import { count } from '../../../lib/figures.ts'
import { services } from '../../../server/services.ts'

type Props = {
  params: Promise<{ version: string }>
  searchParams: Promise<Record<string, string | string[]>>
}

/** As many as the grid asks for at once. */
const FIRST = 200
const filterSchema = pictureQuerySchema.pick({ split: true, label: true })

const findDataset = cache((nameOrId: string) => services().datasets.find(decodeURIComponent(nameOrId)))

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await findDataset((await params).version)
  return { title: found ? `${found.dataset}@${found.version}` : 'No such dataset' }
}

export default async function Dataset({ params, searchParams }: Props) {
  const dataset = await findDataset((await params).version)
  if (!dataset) notFound()
  const wanted = filterSchema.safeParse(await searchParams)
  const query = wanted.success ? wanted.data : {}
  const first = await services().datasets.pictures(dataset.id, { ...query, limit: FIRST })
  const { train, validation, test } = dataset.counts
  return (
    <>
      <PageHead
        title={`${dataset.dataset}@${dataset.version}`}
        about={`${dataset.classes.length} classes · ${count(train)} train · ${count(validation)} validation · ${count(test)} test`}
        actions={
          <Link href={`/runs/new?dataset=${dataset.id}`} className={buttonLooks({ variant: 'go' })}>
            New run
          </Link>
        }
      />
      <div className="mb-8 grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <div className="grid grid-cols-1 gap-4">
          <ImportReportCard dataset={dataset} />
          <SplitCard counts={dataset.counts} />
        </div>
        <ClassTable dataset={dataset} />
      </div>
      <PicturesSection version={dataset.id} classes={dataset.classes} query={query} first={first} />
    </>
  )
}

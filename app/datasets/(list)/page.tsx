import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { DatasetList } from '../../../components/datasets/dataset-list.tsx'
import { CATCH_EARLY_DROPS } from '../../../components/datasets/early-drop.ts'
import { NewDataset } from '../../../components/datasets/new-dataset.tsx'
import { RunningImports } from '../../../components/datasets/running-imports.tsx'
import { PageHead } from '../../../components/ui/page-head.tsx'
import { services } from '../../../server/services.ts'

export const metadata: Metadata = { title: 'Datasets' }

export default async function Datasets() {
  const [datasets, imports] = await Promise.all([services().datasets.list(), services().imports.list()])
  return (
    <>
      <script nonce={(await headers()).get('x-nonce') ?? undefined}>{CATCH_EARLY_DROPS}</script>
      <PageHead
        title="Datasets"
        about={datasets.length === 0 ? 'None yet: drop pictures to make the first.' : undefined}
      />
      <div className="grid grid-cols-1 gap-4">
        <NewDataset />
        <RunningImports initial={imports} />
        {datasets.length > 0 && <DatasetList datasets={datasets} />}
      </div>
    </>
  )
}

import Link from 'next/link'
import { FirstSteps } from '../components/home/first-steps.tsx'
import { HomeView } from '../components/home/home-view.tsx'
import { buttonLooks } from '../components/ui/button.tsx'
import { PageHead } from '../components/ui/page-head.tsx'
import { services } from '../server/services.ts'

/** As many runs as an overview begins with. */
const RUNS = 50

export default async function Home() {
  const { runs, imports, machine, datasets } = services()
  const [newest, running, devices, backbones, known] = await Promise.all([
    runs.list(RUNS),
    imports.list(),
    machine.devices(),
    machine.backbones(),
    datasets.list(),
  ])
  const isNew = newest.length === 0 && known.length === 0 && running.length === 0
  const titles = Object.fromEntries(backbones.map(({ id, title }) => [id, title]))
  return (
    <>
      <PageHead
        title={isNew ? 'Welcome to Whippet' : 'Home'}
        about={isNew ? 'A classifier of your own pictures, in minutes.' : undefined}
        actions={
          known.length > 0 && (
            <Link href="/runs/new" className={buttonLooks({ variant: 'go' })}>
              New run
            </Link>
          )
        }
      />
      <div className="grid grid-cols-1 gap-8">
        {newest.length === 0 && <FirstSteps sample={known.find(({ dataset }) => dataset === 'emoji')?.id} />}
        <HomeView initial={{ runs: newest, imports: running, devices, waiting: [] }} titles={titles} />
      </div>
    </>
  )
}

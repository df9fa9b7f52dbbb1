import type { Metadata } from 'next'
import { headers } from 'next/headers'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { BundleGate } from '../../../components/classify/bundle-gate.tsx'
import { backboneTitle, ModelFacts } from '../../../components/classify/model-facts.tsx'
import { ModelOnDevice } from '../../../components/classify/model-on-device.tsx'
import { PredictExample } from '../../../components/classify/predict-example.tsx'
import { buttonLooks } from '../../../components/ui/button.tsx'
import { PageHead } from '../../../components/ui/page-head.tsx'
import { services } from '../../../server/services.ts'

type Props = { params: Promise<{ run: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const run = await services().runs.find((await params).run)
  return { title: run ? `Model of ${run.dataset.name}` : 'No such model' }
}

/** A run's model: tried on the visitor's device, and what there is to know of it. */
export default async function ModelPage({ params }: Props) {
  const { runs, models, guarded } = services()
  const { run: id } = await params
  const run = await runs.find(id)
  if (!run) notFound()
  const bundle = await models.bundle(id)
  return (
    <>
      <PageHead
        title={run.dataset.name}
        about={`model of run ${id} · ${backboneTitle(run.settings.backbone)}`}
        actions={
          <Link href={`/runs/${id}`} className={buttonLooks()}>
            The run
          </Link>
        }
      />
      <div className="grid gap-4">
        <BundleGate run={id} initial={bundle}>
          <ModelOnDevice bundleUrl={`/bundles/${id}`} />
        </BundleGate>
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <ModelFacts run={run} />
          <PredictExample run={id} origin={await originOf()} guarded={guarded} />
        </div>
      </div>
    </>
  )
}

/** As the reader's browser has it. */
async function originOf(): Promise<string> {
  const given = await headers()
  return `${given.get('x-forwarded-proto') ?? 'http'}://${given.get('host') ?? 'localhost'}`
}

'use client'

import dynamic from 'next/dynamic'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import type { BundleState } from '../../lib/api/models.ts'
import { useBundle } from '../live/use-bundle.ts'
import { Card } from '../ui/card.tsx'
import { loadPatiently } from '../ui/load-patiently.ts'
import { Progress } from '../ui/progress.tsx'
import { Skeleton } from '../ui/states.tsx'

const ClassifyBox = dynamic(
  () => loadPatiently(() => import('../classify/classify-box.tsx')).then((module) => module.ClassifyBox),
  {
    ssr: false,
    loading: () => <Skeleton className="h-64" />,
  },
)

/** The classify box of a shared run, once its browser model is there. */
export function TryModel({ run, token, initial }: { run: string; token: string; initial: BundleState }) {
  const bundle = useBundle(run, initial)
  const router = useRouter()
  // The run ended while the page was open: reading the page again asks for the model.
  const isLate = bundle.status === 'none'
  useEffect(() => {
    if (isLate) router.refresh()
  }, [isLate, router])
  if (bundle.status === 'ready') {
    return (
      <section aria-label="Try the model" className="mb-4">
        <ClassifyBox bundleUrl={`/s/${token}/bundle`} />
      </section>
    )
  }
  if (bundle.status !== 'making') return null
  const { phase, done, total } = bundle
  return (
    <Card className="mb-4 grid gap-2">
      <p role="status">
        The browser model is being made:{' '}
        {phase === 'writing' ? 'writing' : `checked on ${done} of ${total} pictures`}
      </p>
      <Progress label="Making the browser model" value={total > 0 ? done : null} max={total} />
    </Card>
  )
}

import type { Metadata } from 'next'
import { ModelOnDevice } from '../../components/classify/model-on-device.tsx'
import { PageHead } from '../../components/ui/page-head.tsx'

export const metadata: Metadata = {
  title: 'Dog demo',
  description: 'Tells dog breeds apart, in your browser',
}

/** The model that comes with Whippet. */
export default function DemoPage() {
  return (
    <>
      <PageHead
        title="Which dog is it?"
        about="A model trained with Whippet tells 120 breeds apart, on your own device."
      />
      <div className="grid gap-4">
        <ModelOnDevice bundleUrl="/demo" card />
      </div>
    </>
  )
}

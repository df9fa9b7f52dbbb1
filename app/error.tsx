'use client'

import { Button } from '../components/ui/button.tsx'
import { ErrorState } from '../components/ui/states.tsx'

/** Next hides what a page threw on the server; the digest finds it in the log. */
export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <div className="mx-auto max-w-xl py-16">
      <ErrorState
        problem={{
          code: `page/failed${error.digest ? ` ${error.digest}` : ''}`,
          says: 'This page could not be shown.',
          advice: 'Try again; what went wrong stands in the log of the server.',
        }}
        actions={<Button onClick={reset}>Try again</Button>}
      />
    </div>
  )
}

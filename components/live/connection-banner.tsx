'use client'

import { useEffect, useState } from 'react'
import { useConnection } from './live-provider.tsx'

/** A connection that is back within this time is not worth a word. */
const PATIENCE_MS = 1500

/** Says quietly that the page is not up to date; gone as soon as it is again. */
export function ConnectionBanner() {
  const connection = useConnection()
  const late = useLate(connection.status === 'lost')
  if (connection.status === 'refused') {
    return (
      <Banner tone="bad">
        {[connection.problem.says, connection.problem.advice].filter(Boolean).join(' ')}
      </Banner>
    )
  }
  if (!late) return null
  return (
    <Banner>
      The connection to the server is lost. What you see may be old; it goes on by itself once the server
      answers.
    </Banner>
  )
}

function Banner({ tone, children }: { tone?: 'bad'; children: string }) {
  return (
    <p
      role="status"
      className={`fixed inset-x-4 bottom-4 z-30 mx-auto w-fit max-w-[calc(100vw-2rem)] rounded-md border bg-card px-4 py-2 shadow-lg ${tone ? 'border-bad' : 'border-edge'}`}
    >
      {children}
    </p>
  )
}

function useLate(active: boolean): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (!active) return setLate(false)
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [active])
  return active && late
}

'use client'

import { useEffect, useState } from 'react'
import type { BundleState } from '../../lib/api/models.ts'
import { useLive } from './live-provider.tsx'

/** The browser model of a run that is watched, as it is made; from how the server rendered it. */
export function useBundle(runId: string, initial: BundleState): BundleState {
  const [heard, setHeard] = useState<BundleState>()
  const live = useLive()
  useEffect(() => {
    const { socket, check } = live()
    const onBundle = (message: unknown) => {
      const { runId: id, bundle } = check('bundle', message)
      if (id === runId) setHeard(bundle)
    }
    socket.on('bundle', onBundle)
    return () => {
      socket.off('bundle', onBundle)
    }
  }, [live, runId])
  // A page that was read again knows at least as much.
  return initial.status === 'ready' ? initial : (heard ?? initial)
}

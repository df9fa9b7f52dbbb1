'use client'

import { useCallback, useSyncExternalStore } from 'react'
import type { Overview } from '../../lib/live/protocol.ts'
import { useLive } from './live-provider.tsx'

/** What runs, what is imported, who holds which device: live, from what the server rendered. */
export function useOverview(initial: Overview): Overview {
  return useLiveOverview() ?? initial
}

/** The same where the server rendered nothing: undefined until it has come. */
export function useLiveOverview(): Overview | undefined {
  const live = useLive()
  return useSyncExternalStore(
    useCallback((listener: () => void) => live().subscribeOverview(listener), [live]),
    () => live().overview,
    () => undefined,
  )
}

'use client'

import { useCallback, useSyncExternalStore } from 'react'
import type { DeviceUse } from '../../lib/api/device-use.ts'
import { useLive } from './live-provider.tsx'

const NOTHING: readonly DeviceUse[] = []

/** What the devices are busy with, every two seconds; nothing until it has come. */
export function useDeviceUse(): readonly DeviceUse[] {
  const live = useLive()
  return useSyncExternalStore(
    useCallback((listener: () => void) => live().subscribeDeviceUse(listener), [live]),
    () => live().deviceUse,
    () => NOTHING,
  )
}

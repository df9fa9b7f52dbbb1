'use client'

import { useSyncExternalStore } from 'react'
import { Button } from '../ui/button.tsx'
import { notifications } from './notifications.ts'
import { useEndings } from './use-endings.ts'

/**
 * Turns notifications of this browser on and off, and sends them while it is on a page: of one run, or of all. Nothing is
 * shown where the browser has none, as over plain http.
 */
export function NotifyButton({ run, over = false }: { run?: string; over?: boolean }) {
  const state = useSyncExternalStore(notifications.subscribe, notifications.state, () => 'unknown' as const)
  useEndings(state === 'on', run)
  // The overview tells of the end a moment after the run itself: it is still waited for then.
  if (over || state === 'unknown' || state === 'absent') return null
  if (state === 'refused')
    return <span className="text-[13px] text-soft">This browser blocks notifications of this site.</span>
  return (
    <Button
      aria-pressed={state === 'on'}
      onClick={state === 'on' ? notifications.turnOff : notifications.turnOn}
    >
      {state === 'on' ? 'Notifications on' : 'Notify me'}
    </Button>
  )
}

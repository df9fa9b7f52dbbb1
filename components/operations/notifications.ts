'use client'

/** Whether this browser tells of runs that end. `refused`: its user wants it, and the browser blocks it. */
export type NotificationState = 'absent' | 'refused' | 'off' | 'on'

const WISH = 'whippet.notify'
const listeners = new Set<() => void>()
const tell = () => {
  for (const listener of listeners) listener()
}

export const notifications = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    window.addEventListener('storage', listener)
    return () => {
      listeners.delete(listener)
      window.removeEventListener('storage', listener)
    }
  },
  state(): NotificationState {
    // Absent on pages that came over plain http from another machine.
    if (!('Notification' in window)) return 'absent'
    const wanted = localStorage.getItem(WISH) === 'on'
    if (Notification.permission === 'denied') return wanted ? 'refused' : 'absent'
    return Notification.permission === 'granted' && wanted ? 'on' : 'off'
  },
  async turnOn(): Promise<void> {
    localStorage.setItem(WISH, 'on')
    await Notification.requestPermission()
    tell()
  },
  turnOff(): void {
    localStorage.removeItem(WISH)
    tell()
  },
}

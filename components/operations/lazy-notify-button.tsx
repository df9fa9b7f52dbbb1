'use client'

import dynamic from 'next/dynamic'
import { loadPatiently } from '../ui/load-patiently.ts'

/** Comes after the page: it is of use only once a run ends. */
export const LazyNotifyButton = dynamic(() =>
  loadPatiently(() => import('./notify-button.tsx')).then((module) => module.NotifyButton),
)

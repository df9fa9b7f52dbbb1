'use client'

import { useEffect, useState } from 'react'
import { ago, moment } from '../../lib/figures.ts'

/** A moment: without scripts as it is, then as how long ago, kept true. */
export function When({ at }: { at: string }) {
  const now = useNow(30_000)
  return (
    <time dateTime={at} title={moment(at)} className="whitespace-nowrap">
      {now === undefined ? moment(at) : ago(at, now)}
    </time>
  )
}

/** The clock, every so many milliseconds; undefined on the server, whose clock is another. */
export function useNow(everyMs: number): number | undefined {
  const [now, setNow] = useState<number>()
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

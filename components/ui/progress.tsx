'use client'

import { Progress as Base } from '@base-ui/react/progress'
import { cn } from './cn.ts'

type Props = {
  /** What is being waited for, for screen readers. */
  label: string
  /** 0 to `max`; null while nobody knows. */
  value: number | null
  max?: number
  tone?: 'ink' | 'frozen' | 'trained'
  className?: string
}

const TONES = { ink: 'bg-ink', frozen: 'bg-ice', trained: 'bg-amber' }

/** A thin bar that fills. */
export function Progress({ label, value, max = 1, tone = 'ink', className }: Props) {
  return (
    <Base.Root aria-label={label} value={value} max={Math.max(max, 1e-9)} className={cn('block', className)}>
      <Base.Track className="block h-1.5 overflow-hidden rounded-full bg-line">
        <Base.Indicator
          className={cn(
            'block rounded-full transition-[width] duration-300',
            TONES[tone],
            value === null && 'w-full animate-pulse opacity-40',
          )}
        />
      </Base.Track>
    </Base.Root>
  )
}

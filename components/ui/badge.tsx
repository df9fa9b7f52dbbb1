import { cva, type VariantProps } from 'class-variance-authority'
import type { ReactNode } from 'react'

const looks = cva(
  'inline-flex items-center gap-1.5 rounded-full border px-2.5 py-0.5 text-[12.5px] whitespace-nowrap [&_svg]:size-3.5',
  {
    variants: {
      tone: {
        neutral: 'border-line text-soft',
        frozen: 'border-ice-2 text-ice-ink',
        trained: 'border-amber-2 text-amber-ink',
        ok: 'border-line text-ok',
        bad: 'border-line text-bad',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
)

/** A short word about a thing: its state, its kind. */
export function Badge({ tone, children }: VariantProps<typeof looks> & { children: ReactNode }) {
  return <span className={looks({ tone })}>{children}</span>
}

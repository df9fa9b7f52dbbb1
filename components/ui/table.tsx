import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

/** A table that scrolls sideways in its own box, so that the page never does. `label` names it for screen readers. */
export function Table({ className, label, ...props }: ComponentProps<'table'> & { label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="relative overflow-x-auto" tabIndex={0} aria-label={label}>
      <table className={cn('w-full border-collapse text-left', className)} {...props} />
    </section>
  )
}

/** A heading cell. */
export function Th({ className, ...props }: ComponentProps<'th'>) {
  return (
    <th
      className={cn('px-2 py-1.5 font-medium whitespace-nowrap text-soft first:pl-0 last:pr-0', className)}
      scope="col"
      {...props}
    />
  )
}

/** A cell; numbers are given `text-right`. */
export function Td({ className, ...props }: ComponentProps<'td'>) {
  return <td className={cn('border-t border-line px-2 py-1.5 first:pl-0 last:pr-0', className)} {...props} />
}

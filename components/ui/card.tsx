import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

/** A surface that holds one thing. */
export function Card({ className, ...props }: ComponentProps<'section'>) {
  return <section className={cn('min-w-0 rounded-lg border border-line bg-card p-4', className)} {...props} />
}

/** A card's heading; `aside` stands at the right. */
export function CardHead({
  children,
  aside,
  className,
}: {
  children: ReactNode
  aside?: ReactNode
  className?: string
}) {
  return (
    <header className={cn('mb-3 flex flex-wrap items-baseline gap-x-3 gap-y-1', className)}>
      <h2>{children}</h2>
      {aside && <div className="ml-auto text-[13px] text-soft">{aside}</div>}
    </header>
  )
}

/** One figure with its name above and its context below. */
export function Figure({ name, value, context }: { name: string; value: ReactNode; context?: ReactNode }) {
  return (
    <Card>
      <div className="text-soft">{name}</div>
      <div className="text-2xl leading-tight font-semibold tracking-tight">{value}</div>
      {context && <div className="text-soft">{context}</div>}
    </Card>
  )
}

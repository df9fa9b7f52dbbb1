import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ProblemSummary } from '../../lib/problem.ts'
import { cn } from './cn.ts'

/** A place where nothing is yet: what it is for, and what to do first. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  title: string
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className="grid justify-items-center gap-3 rounded-lg border border-dashed border-edge px-6 py-14 text-center">
      <p className="text-base font-semibold">{title}</p>
      {children && <div className="max-w-md text-soft">{children}</div>}
      {actions && <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  )
}

/** What went wrong, in the problem's own words, and the way on. */
export function ErrorState({
  problem,
  actions,
  className,
}: {
  problem: ProblemSummary
  actions?: ReactNode
  className?: string
}) {
  return (
    <div role="alert" className={cn('flex gap-3 rounded-lg border border-bad bg-card p-4', className)}>
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
      <div className="grid min-w-0 gap-1 [overflow-wrap:anywhere]">
        <p className="font-medium">{problem.says}</p>
        {problem.advice && <p className="text-soft">{problem.advice}</p>}
        <p className="font-mono text-[12px] text-soft">{problem.code}</p>
        {actions && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  )
}

/** Holds the place of what is on its way. */
export function Skeleton({ className }: { className?: string }) {
  return <div className={cn('animate-pulse rounded-md bg-hover', className)} aria-hidden />
}

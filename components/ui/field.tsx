import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

const inputLooks =
  'h-9 w-full min-w-0 rounded-md border border-edge bg-card px-3 placeholder:text-soft aria-invalid:border-bad'

/** A text box. */
export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(inputLooks, className)} {...props} />
}

/** A control with its name above and a hint below. `id` is the control's. */
export function Field({
  id,
  label,
  hint,
  problem,
  children,
}: {
  id: string
  label: string
  hint?: ReactNode
  problem?: string
  children: ReactNode
}) {
  return (
    <div className="grid content-start gap-1">
      <label htmlFor={id} className="text-[13px] text-soft">
        {label}
      </label>
      {children}
      {problem ? (
        <p className="text-[13px] text-bad" role="alert">
          {problem}
        </p>
      ) : (
        hint && <p className="text-[12.5px] text-soft">{hint}</p>
      )}
    </div>
  )
}

import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

const looks = cva(
  'inline-flex items-center justify-center gap-2 rounded-md border whitespace-nowrap select-none transition-colors disabled:opacity-50 disabled:pointer-events-none [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        plain: 'border-line bg-card hover:bg-hover',
        go: 'border-ink bg-ink text-bg hover:opacity-85',
        quiet: 'border-transparent text-soft hover:bg-hover hover:text-ink',
        danger: 'border-bad text-bad bg-card hover:bg-hover',
      },
      size: { normal: 'px-3 py-1.5', small: 'px-2 py-1 text-[13px]', icon: 'size-8' },
    },
    defaultVariants: { variant: 'plain', size: 'normal' },
  },
)

/** The look of a button, for links that act like one. */
export const buttonLooks = (variants: VariantProps<typeof looks> & { className?: string } = {}): string => {
  const { className, ...rest } = variants
  return cn(looks(rest), className)
}

/** A button; `go` is the page's one main action. */
export function Button({
  variant,
  size,
  className,
  ...props
}: ComponentProps<'button'> & VariantProps<typeof looks>) {
  return <button type="button" className={cn(looks({ variant, size }), className)} {...props} />
}

'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { cn } from '../ui/cn.ts'

const PLACES = [
  { href: '/', title: 'Home' },
  { href: '/datasets', title: 'Datasets' },
  { href: '/runs', title: 'Runs' },
  { href: '/demo', title: 'Dog demo' },
  { href: '/settings', title: 'Settings' },
] as const

type Notes = { readonly [href: string]: ReactNode }

/** The places of the app, each with a soft note at its right (how many run, say). */
export function Nav({ notes = {}, onGo }: { notes?: Notes; onGo?: () => void }) {
  const here = usePathname()
  return (
    <ul className="grid gap-0.5">
      {PLACES.map(({ href, title }) => {
        const isHere =
          href === '/'
            ? here === '/'
            : here.startsWith(href) || (href === '/runs' && /^\/(models|tunes)/.test(here))
        return (
          <li key={href}>
            <Link
              href={href}
              aria-current={isHere ? 'page' : undefined}
              onClick={onGo}
              className={cn(
                'flex justify-between gap-2 rounded-md px-2 py-1.5 text-soft hover:text-ink',
                isHere && 'bg-hover text-ink',
              )}
            >
              {title}
              {notes[href] !== undefined && <span className="text-soft">{notes[href]}</span>}
            </Link>
          </li>
        )
      })}
    </ul>
  )
}

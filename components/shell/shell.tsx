'use client'

import { Menu, X } from 'lucide-react'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { ConnectionBanner } from '../live/connection-banner.tsx'
import { useLiveOverview } from '../live/use-overview.ts'
import { cn } from '../ui/cn.ts'
import { loadPatiently } from '../ui/load-patiently.ts'
import { Devices } from './devices.tsx'
import { Nav } from './nav.tsx'
import { ThemeSwitch } from './theme-switch.tsx'
import { WhippetMark } from './whippet-mark.tsx'

const PausedNote = dynamic(() =>
  loadPatiently(() => import('../operations/paused-note.tsx')).then((module) => module.PausedNote),
)

/** The frame of every page: places at the left, on narrow screens behind a menu. A shared run stands alone. */
export function Shell({ children }: { children: ReactNode }) {
  const path = usePathname()
  if (path.startsWith('/s/')) return <Bare>{children}</Bare>
  return <WithNav key="app">{children}</WithNav>
}

function WithNav({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false)
  const overview = useLiveOverview()
  const running = overview?.runs.filter((run) => !run.over).length ?? 0
  useEscape(open, () => setOpen(false))
  return (
    <div className="root min-h-dvh md:grid md:grid-cols-[196px_minmax(0,1fr)]">
      <SkipLink />
      <header className="sticky top-0 z-20 flex flex-col border-line bg-bg max-md:border-b md:h-dvh md:border-r md:px-3 md:py-4">
        <div className="flex items-center gap-1 max-md:px-4 max-md:py-2">
          <Link
            href="/"
            className="flex flex-1 items-center gap-2 rounded-md px-2 py-1 text-[15px] font-semibold"
          >
            <WhippetMark className="size-[18px]" />
            Whippet
          </Link>
          <ThemeSwitch />
          <button
            type="button"
            className="rounded-md p-2 hover:bg-hover md:hidden"
            aria-expanded={open}
            aria-controls="places"
            aria-label={open ? 'Close the menu' : 'Open the menu'}
            onClick={() => setOpen(!open)}
          >
            {open ? <X className="size-4" aria-hidden /> : <Menu className="size-4" aria-hidden />}
          </button>
        </div>
        <nav
          id="places"
          aria-label="Places"
          className={cn('max-md:px-4 max-md:pb-4 md:mt-4 md:block', !open && 'hidden')}
        >
          <Nav notes={running > 0 ? { '/runs': `${running} live` } : {}} onGo={() => setOpen(false)} />
          {overview && <Devices devices={overview.devices} />}
        </nav>
      </header>
      <Main>
        {overview?.paused && <PausedNote problem={overview.paused} />}
        {children}
      </Main>
      <ConnectionBanner />
    </div>
  )
}

function Bare({ children }: { children: ReactNode }) {
  return (
    <div className="root min-h-dvh">
      <SkipLink />
      <header className="flex items-center px-4 py-2 md:px-7">
        <span className="flex flex-1 items-center gap-2 text-[15px] font-semibold">
          <WhippetMark className="size-[18px]" />
          Whippet
        </span>
        <ThemeSwitch />
      </header>
      <Main>{children}</Main>
    </div>
  )
}

function Main({ children }: { children: ReactNode }) {
  return (
    <main
      id="content"
      tabIndex={-1}
      className="mx-auto w-full max-w-[1320px] min-w-0 px-4 py-5 outline-none md:px-7"
    >
      {children}
    </main>
  )
}

function SkipLink() {
  return (
    <a
      href="#content"
      className="sr-only z-30 rounded-md bg-ink px-3 py-2 text-bg focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
    >
      Skip to the content
    </a>
  )
}

function useEscape(active: boolean, act: () => void) {
  useEffect(() => {
    if (!active) return
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && act()
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}

import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import { ThemeProvider } from 'next-themes'
import type { ReactNode } from 'react'
import { LiveProvider } from '../components/live/live-provider.tsx'
import { Shell } from '../components/shell/shell.tsx'
import { contract } from '../lib/live/contract.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Whippet', template: '%s · Whippet' },
  description: 'Fast transfer learning for teams',
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f7f5' },
    { media: '(prefers-color-scheme: dark)', color: '#111214' },
  ],
}

/** The frame of all pages. The server gives each request a nonce: only scripts that carry it run. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <ThemeProvider attribute="class" disableTransitionOnChange nonce={nonce}>
          <LiveProvider contract={contract()}>
            <Shell>{children}</Shell>
          </LiveProvider>
        </ThemeProvider>
      </body>
    </html>
  )
}

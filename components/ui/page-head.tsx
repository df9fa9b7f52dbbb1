import type { ReactNode } from 'react'

/** The head of a page: its title, a few soft words, badges, and the actions at the right. */
export function PageHead({
  title,
  about,
  badges,
  actions,
}: {
  title: string
  about?: ReactNode
  badges?: ReactNode
  actions?: ReactNode
}) {
  return (
    <header className="mb-5 flex flex-wrap items-center gap-x-3.5 gap-y-2">
      <h1>{title}</h1>
      {about && <div className="text-soft">{about}</div>}
      {badges}
      {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  )
}

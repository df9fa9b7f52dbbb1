'use client'

import type { ReactNode } from 'react'
import { Dialog } from './dialog.tsx'

type Props = {
  url: string
  title: string
  about?: ReactNode
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** The original of a picture. */
export function PictureDialog({ url, title, about, open, onOpenChange }: Props) {
  return (
    <Dialog title={title} description={about} open={open} onOpenChange={onOpenChange} wide>
      {/* biome-ignore lint/performance/noImgElement: it is shown as it was uploaded */}
      <img
        src={url}
        alt={title}
        className="mx-auto max-h-[75dvh] max-w-full rounded-md bg-hover object-contain"
      />
    </Dialog>
  )
}

'use client'

import dynamic from 'next/dynamic'
import { type ReactNode, useState } from 'react'
import { cn } from './cn.ts'
import { loadPatiently } from './load-patiently.ts'
import { usePictureBase } from './picture-base.tsx'
import { pictureUrl, thumbnailUrl } from './picture-urls.ts'

const PictureDialog = dynamic(() =>
  loadPatiently(() => import('./picture-dialog.tsx')).then((module) => module.PictureDialog),
)

type Props = {
  hash: string
  /** What it shows, for those who don't see it and as the dialog's title. */
  title: string
  /** Under the title in the dialog: file, size. */
  about?: ReactNode
  className?: string
}

/** A picture, evenly cropped; one click to the original. */
export function Picture({ hash, title, about, className }: Props) {
  const [open, setOpen] = useState<boolean>()
  const base = usePictureBase()
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-label={`${title}: show the original`}
        className={cn('block aspect-square w-full overflow-hidden rounded-md bg-hover', className)}
      >
        {/* biome-ignore lint/performance/noImgElement: thumbnails are made at import */}
        <img
          src={thumbnailUrl(base, hash)}
          alt=""
          loading="lazy"
          decoding="async"
          className="size-full object-cover"
        />
      </button>
      {open !== undefined && (
        <PictureDialog
          url={pictureUrl(base, hash)}
          title={title}
          about={about}
          open={open}
          onOpenChange={setOpen}
        />
      )}
    </>
  )
}

'use client'

import { Camera, ImageUp, Video } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, buttonLooks } from '../ui/button.tsx'

/** The ways to give a picture: a file, a phone's camera, a webcam. */
export function PictureButtons({
  onPicture,
  onWebcam,
  small = false,
}: {
  onPicture: (file: File) => void
  /** Undefined where this page may not use a camera. */
  onWebcam: (() => void) | undefined
  small?: boolean
}) {
  const size = small ? 'small' : 'normal'
  return (
    <>
      <FileButton onPicture={onPicture} className={buttonLooks({ size, variant: small ? 'plain' : 'go' })}>
        <ImageUp aria-hidden />
        Choose a picture
      </FileButton>
      <FileButton
        onPicture={onPicture}
        capture
        className={buttonLooks({ size, className: 'not-pointer-coarse:hidden' })}
      >
        <Camera aria-hidden />
        Take a photo
      </FileButton>
      {onWebcam && (
        <Button size={size} onClick={onWebcam}>
          <Video aria-hidden />
          Use the camera live
        </Button>
      )}
    </>
  )
}

function FileButton({
  onPicture,
  capture,
  className,
  children,
}: {
  onPicture: (file: File) => void
  capture?: boolean
  className: string
  children: ReactNode
}) {
  return (
    <label className={`${className} has-focus-visible:outline-2 has-focus-visible:outline-ice`}>
      {children}
      <input
        type="file"
        accept="image/*"
        {...(capture && { capture: 'environment' as const })}
        className="sr-only"
        onChange={({ target }) => {
          const file = target.files?.[0]
          // The same file may be chosen again.
          target.value = ''
          if (file) onPicture(file)
        }}
      />
    </label>
  )
}

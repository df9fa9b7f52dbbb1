'use client'

import { useEffect, useState } from 'react'

/** Takes pictures that are pasted, or dropped anywhere on the page. @returns whether something hovers over it. */
export function usePictureInput(onPicture: (file: File) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const take = (files: FileList | undefined) => {
      const file = files?.[0]
      if (file) onPicture(file)
    }
    const onPaste = (event: ClipboardEvent) => take(event.clipboardData?.files)
    const onDragOver = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      setOver(true)
    }
    const onDragLeave = (event: DragEvent) => event.relatedTarget === null && setOver(false)
    const onDrop = (event: DragEvent) => {
      event.preventDefault()
      setOver(false)
      take(event.dataTransfer?.files)
    }
    document.addEventListener('paste', onPaste)
    document.addEventListener('dragover', onDragOver)
    document.addEventListener('dragleave', onDragLeave)
    document.addEventListener('drop', onDrop)
    return () => {
      document.removeEventListener('paste', onPaste)
      document.removeEventListener('dragover', onDragOver)
      document.removeEventListener('dragleave', onDragLeave)
      document.removeEventListener('drop', onDrop)
    }
  }, [onPicture])
  return over
}

'use client'

import { FolderUp } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { cn } from '../ui/cn.ts'
import { chosenFiles, type DroppedFile, droppedFiles } from './dropped-files.ts'
import { LIVE, takeEarlyDrop } from './early-drop.ts'

type Props = { onFiles: (files: DroppedFile[]) => void /** Something is there already. */; small: boolean }

/** Takes a folder, a zip or loose pictures, dropped or chosen. */
export function DropZone({ onFiles, small }: Props) {
  const [over, setOver] = useState(false)
  const [live, setLive] = useState(false)
  const take = useEffectEvent(() => void takeEarlyDrop()?.then(onFiles))
  useEffect(() => {
    setLive(true)
    take()
  }, [])
  const folder = useRef<HTMLInputElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const onChosen = (input: HTMLInputElement) => {
    if (input.files?.length) onFiles(chosenFiles(input.files))
    // The same choice again must be a change.
    input.value = ''
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside do the same by keyboard
    <div
      {...{ [LIVE]: live || undefined }}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void droppedFiles(event.dataTransfer).then(onFiles)
      }}
      className={cn(
        'grid justify-items-center gap-3 rounded-md border border-dashed px-4 text-center transition-colors',
        small ? 'py-4' : 'py-10',
        over ? 'border-ice bg-ice-1' : 'border-edge',
      )}
    >
      {!small && <FolderUp className="size-7 text-soft" aria-hidden />}
      <p>
        {small ? 'Drop more' : 'Drop a folder of class folders, a zip of one, or loose pictures'}
        {!small && (
          <span className="mt-1 block text-soft">
            One folder per class; train and test folders above them are understood.
          </span>
        )}
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button onClick={() => folder.current?.click()}>Choose a folder</Button>
        <Button onClick={() => files.current?.click()}>Choose files</Button>
      </div>
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="A folder"
        webkitdirectory=""
        onChange={(event) => onChosen(event.currentTarget)}
      />
      <input
        ref={files}
        type="file"
        hidden
        multiple
        aria-label="Files"
        accept="image/*,.zip,.heic,.heif"
        onChange={(event) => onChosen(event.currentTarget)}
      />
    </div>
  )
}

'use client'

import { useEffect, useState } from 'react'
import { percent } from '../../lib/figures.ts'
import { Button } from '../ui/button.tsx'
import { forgetUpload, type Unfinished, unfinishedUpload } from './unfinished.ts'

/** After a reload in the middle of an upload: how to go on. */
export function UnfinishedNote() {
  const [upload, setUpload] = useState<Unfinished>()
  useEffect(() => setUpload(unfinishedUpload()), [])
  if (!upload) return null
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 rounded-md bg-hover px-3 py-2">
      <p className="min-w-0 flex-1">
        The upload of “{upload.name}” stopped at {percent(upload.share, 0)}. Drop the same files again: it
        goes on from there.
      </p>
      <Button
        size="small"
        onClick={() => {
          forgetUpload()
          setUpload(undefined)
        }}
      >
        Forget it
      </Button>
    </div>
  )
}

'use client'

import { useRef, useState } from 'react'
import type { SplitChoice } from '../../lib/dataset/split-draft.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import type { DroppedFile } from './dropped-files.ts'
import { pack, packedAlready } from './pack.ts'
import { forgetUpload, rememberUpload } from './unfinished.ts'
import { uploadPackage } from './upload.ts'

/** What is being sent: a zip as it is, or files that are packed first. */
export type Parcel = { readonly name: string; readonly split: SplitChoice } & (
  | { readonly zip: File }
  | { readonly files: readonly DroppedFile[] }
)

export type Sending =
  | { readonly status: 'idle' }
  | { readonly status: 'packing'; readonly done: number; readonly total: number }
  | { readonly status: 'sending'; readonly sent: number; readonly total: number }
  | { readonly status: 'importing'; readonly id: string }
  | { readonly status: 'failed'; readonly problem: ProblemSummary; readonly parcel: Parcel }

/** Uploads what was dropped and starts its import. */
export function useImport() {
  const call = useCall()
  const [sending, setSending] = useState<Sending>({ status: 'idle' })
  const abort = useRef<AbortController>(undefined)

  const send = async (parcel: Parcel) => {
    const controller = new AbortController()
    abort.current = controller
    try {
      const packed = 'zip' in parcel ? packedAlready(parcel.zip) : await packFiles(parcel.files, setSending)
      const upload = await uploadPackage(packed, {
        signal: controller.signal,
        onProgress: (sent, total) => {
          if (controller.signal.aborted) return
          rememberUpload({ name: parcel.name, share: sent / total })
          setSending({ status: 'sending', sent, total })
        },
      })
      const path = 'zip' in parcel ? parcel.zip.name : 'files.zip'
      const started = await call('importStarted', 'POST', '/api/imports', {
        name: parcel.name,
        ...parcel.split,
        files: [{ upload, path }],
      })
      forgetUpload()
      setSending({ status: 'importing', id: started.import.id })
    } catch (thrown) {
      setSending({ status: 'failed', problem: Problem.from(thrown).summary(), parcel })
    }
  }
  const cancel = () => {
    abort.current?.abort()
    forgetUpload()
    setSending({ status: 'idle' })
  }
  return { sending, send, cancel }
}

function packFiles(files: readonly DroppedFile[], tell: (sending: Sending) => void) {
  return pack(files, (done) => {
    // Not for each of thousands.
    if (done % 50 === 0 || done === files.length) tell({ status: 'packing', done, total: files.length })
  })
}

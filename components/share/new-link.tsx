'use client'

import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Input } from '../ui/field.tsx'

/** A link that was just made: the only time that it can be read. */
export function NewLink({ path }: { path: string }) {
  const [copied, setCopied] = useState(false)
  const url = new URL(path, location.href).href
  const copy = async () => {
    // Plain http in a local network has no clipboard; the text is selected then, to be copied by hand.
    await navigator.clipboard?.writeText(url).then(
      () => setCopied(true),
      () => undefined,
    )
  }
  return (
    <div className="rounded-md bg-hover p-3">
      <div className="flex gap-2">
        <Input
          readOnly
          aria-label="The link"
          value={url}
          onFocus={(event) => event.currentTarget.select()}
          className="font-mono text-[12.5px]"
        />
        <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>
      </div>
      <p className="mt-2 text-[12.5px] text-soft">It is shown this once: only its hash is stored.</p>
    </div>
  )
}

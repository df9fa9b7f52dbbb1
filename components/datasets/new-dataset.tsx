'use client'

import { useState } from 'react'
import {
  add,
  type Basket,
  EMPTY_BASKET,
  filesOf,
  nameGroup,
  removeGroup,
  viewOf,
} from '../../lib/dataset/basket.ts'
import { Card } from '../ui/card.tsx'
import { BasketCard } from './basket-card.tsx'
import { DropZone } from './drop-zone.tsx'
import type { DroppedFile } from './dropped-files.ts'
import { SendingCard } from './sending-card.tsx'
import { UnfinishedNote } from './unfinished-note.tsx'
import { useImport } from './use-import.ts'

/** From dropped pictures to a dataset: drop, name, upload, import. */
export function NewDataset() {
  const [basket, setBasket] = useState<Basket<File>>(EMPTY_BASKET)
  const [zip, setZip] = useState<File>()
  const { sending, send, cancel } = useImport()
  const isEmpty = basket.placed.length + basket.loose.length === 0 && !zip

  const onFiles = (files: readonly DroppedFile[]) => {
    const [only] = files
    if (isEmpty && files.length === 1 && only && /\.zip$/i.test(only.path)) setZip(only.file)
    else setBasket((before) => add(before, files))
  }
  const clear = () => {
    setBasket(EMPTY_BASKET)
    setZip(undefined)
    cancel()
  }
  if (sending.status !== 'idle') return <SendingCard sending={sending} onCancel={clear} onAgain={send} />
  return (
    <Card className="grid gap-4">
      <DropZone onFiles={onFiles} small={!isEmpty} />
      {isEmpty ? (
        <UnfinishedNote />
      ) : (
        <BasketCard
          {...(zip && { zip })}
          basket={basket}
          view={viewOf(basket)}
          onName={(id, name) => setBasket(nameGroup(basket, id, name))}
          onRemove={(id) => setBasket(removeGroup(basket, id))}
          onClear={clear}
          onSend={(name, split) =>
            void send(zip ? { name, split, zip } : { name, split, files: filesOf(basket) })
          }
        />
      )}
    </Card>
  )
}

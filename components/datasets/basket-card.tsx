'use client'

import { X } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import type { Basket, BasketView } from '../../lib/dataset/basket.ts'
import { FIRST_SPLIT, type SplitChoice, splitOf } from '../../lib/dataset/split-draft.ts'
import { bytes, counted } from '../../lib/figures.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Field, Input } from '../ui/field.tsx'
import { SplitFields } from './split-fields.tsx'

type Props = {
  zip?: File
  basket: Basket<File>
  view: BasketView
  onName: (group: number, className: string) => void
  onRemove: (group: number) => void
  onClear: () => void
  onSend: (datasetName: string, split: SplitChoice) => void
}

/** What was dropped, before it is sent: loose pictures get their class, the dataset its name. */
export function BasketCard({ zip, basket, view, onName, onRemove, onClear, onSend }: Props) {
  const [name, setName] = useState(zip ? zip.name.replace(/\.zip$/i, '') : suggestedName(basket))
  const id = useId()
  const [split, setSplit] = useState(FIRST_SPLIT)
  const chosen = splitOf(split)
  const ready =
    'split' in chosen &&
    name.trim() !== '' &&
    (zip !== undefined || (view.unnamed === 0 && view.pictures > 0))
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (ready) onSend(name.trim(), chosen.split)
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {basket.loose.map((group) => (
        <LooseGroup key={group.id} group={group} onName={onName} onRemove={onRemove} />
      ))}
      {zip ? (
        <p>
          {zip.name}, {bytes(zip.size)}
        </p>
      ) : (
        <Classes view={view} />
      )}
      <SplitFields split={split} onChange={setSplit} wrong={'wrong' in chosen ? chosen.wrong : []} />
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <Field id={id} label="Name of the dataset" hint="The same name again makes its next version.">
            <Input
              id={id}
              value={name}
              onChange={(event) => setName(event.target.value)}
              maxLength={80}
              required
            />
          </Field>
        </div>
        <div className="flex gap-2 pb-6">
          <Button onClick={onClear}>Clear</Button>
          <Button type="submit" variant="go" disabled={!ready}>
            Upload and import
          </Button>
        </div>
      </div>
    </form>
  )
}

type GroupProps = { group: Basket<File>['loose'][number] } & Pick<Props, 'onName' | 'onRemove'>

function LooseGroup({ group: { id, className, files }, onName, onRemove }: GroupProps) {
  const input = useId()
  return (
    <div className="flex items-end gap-2">
      <div className="flex-1">
        <Field
          id={input}
          label={`Class of ${counted(files.length, 'loose picture')} (${files[0]?.name}${files.length > 1 ? ', …' : ''})`}
        >
          <Input
            id={input}
            value={className}
            placeholder="for example: pug"
            autoFocus
            onChange={(event) => onName(id, event.target.value)}
            required
          />
        </Field>
      </div>
      <Button variant="quiet" size="icon" aria-label="Take these pictures out" onClick={() => onRemove(id)}>
        <X aria-hidden />
      </Button>
    </div>
  )
}

/** How many classes are named; the others are counted. */
const SHOWN = 40

function Classes({ view: { classes, pictures, leftOut } }: { view: BasketView }) {
  if (pictures === 0) return null
  return (
    <div>
      <p className="mb-2">
        {counted(pictures, 'picture')} in {counted(classes.length, 'class', 'classes')}
        {leftOut > 0 && <span className="text-soft">, {counted(leftOut, 'other file')} left out</span>}
        {classes.length < 2 && (
          <span className="text-soft">. Two classes are the least to tell apart: drop another one.</span>
        )}
      </p>
      <ul className="flex flex-wrap gap-1.5">
        {classes.slice(0, SHOWN).map((one) => (
          <li key={one.name}>
            <Badge>
              {one.name} <span className="text-ink">{one.pictures}</span>
            </Badge>
          </li>
        ))}
        {classes.length > SHOWN && <li className="text-soft">and {classes.length - SHOWN} more</li>}
      </ul>
    </div>
  )
}

/** A dropped folder's name, where there is just one. */
function suggestedName({ placed }: Basket<File>): string {
  const tops = new Set(placed.map(({ path }) => path.split('/', 1)[0]!))
  const nested = placed.some(({ path }) => path.split('/').length > 2)
  return tops.size === 1 && nested ? [...tops][0]! : ''
}

'use client'

import Link from 'next/link'
import { useId, useState } from 'react'
import { type Cell, mostConfused } from '../../lib/evaluation/confused.ts'
import type { EvaluationSummary } from '../../lib/evaluation/summary.ts'
import { counted, percent } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { Picture } from '../ui/picture.tsx'
import { ConfusionCanvas } from './confusion-canvas.tsx'

type Props = {
  evaluation: EvaluationSummary
  /** Names for people, in label order. */
  names: readonly string[]
  /** Where all pictures of a class and split are; absent on a shared page. */
  picturesHref?: (label: number) => string
}

/** Which classes are taken for which, with the pictures behind a cell. */
export function Confusion({ evaluation, names, picturesHref }: Props) {
  const pairs = mostConfused(evaluation, 5)
  const [cell, setCell] = useState<Cell>(pairs[0] ?? { truth: 0, predicted: 0 })
  const [picked, setPicked] = useState<Cell>()
  const id = useId()
  return (
    <Card>
      <CardHead aside="truth down, answer across">Confusion</CardHead>
      <ConfusionCanvas
        confusion={evaluation.confusion}
        cell={cell}
        onCell={setCell}
        onPick={setPicked}
        describedBy={id}
      />
      <p id={id} aria-live="polite" className="mt-3 min-h-10 text-center">
        {inWords(evaluation, names, cell)}
      </p>
      {pairs.length > 0 && (
        <Pairs pairs={pairs} names={names} onPick={(pair) => [setCell(pair), setPicked(pair)]} />
      )}
      {picked && (
        <CellPictures
          evaluation={evaluation}
          names={names}
          cell={picked}
          {...(picturesHref && { picturesHref })}
        />
      )}
    </Card>
  )
}

function inWords(
  { confusion }: EvaluationSummary,
  names: readonly string[],
  { truth, predicted }: Cell,
): string {
  const row = confusion[truth]!
  const images = row.reduce((sum, one) => sum + one, 0)
  const here = row[predicted]!
  const share = images === 0 ? '' : ` (${percent(here / images)})`
  const what = truth === predicted ? 'recognised' : `taken for ${names[predicted]}`
  return `${here} of ${counted(images, 'picture')} of ${names[truth]} ${what}${share}`
}

function Pairs({
  pairs,
  names,
  onPick,
}: {
  pairs: readonly (Cell & { images: number })[]
  names: readonly string[]
  onPick: (cell: Cell) => void
}) {
  return (
    <ul className="mt-2 grid gap-0.5 border-t border-line pt-3">
      {pairs.map((pair) => (
        <li key={`${pair.truth}-${pair.predicted}`}>
          <button
            type="button"
            onClick={() => onPick(pair)}
            className="flex w-full justify-between gap-3 rounded-sm px-1 py-0.5 text-left hover:bg-hover"
          >
            <span className="min-w-0 [overflow-wrap:anywhere]">
              {names[pair.truth]} <span className="text-soft">taken for</span> {names[pair.predicted]}
            </span>
            <span className="text-soft">{pair.images}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function CellPictures({
  evaluation,
  names,
  cell: { truth, predicted },
  picturesHref,
}: Props & { cell: Cell }) {
  const known = evaluation.worst.filter((one) => one.truth === truth && one.predicted === predicted)
  const all = evaluation.confusion[truth]![predicted]!
  return (
    <div className="mt-3 border-t border-line pt-3">
      <p className="mb-2 text-soft">
        {truth === predicted ? names[truth] : `${names[truth]} taken for ${names[predicted]}`}
        {truth !== predicted &&
          known.length < all &&
          `: ${known.length} of ${all} shown, those among the worst mistakes`}
        {picturesHref && (
          <>
            {' · '}
            <Link href={picturesHref(truth)} className="underline underline-offset-2 hover:text-ink">
              all of {names[truth]}
            </Link>
          </>
        )}
      </p>
      <div className="grid grid-cols-4 gap-2 sm:grid-cols-6">
        {known.map(({ hash, file, probability }) => (
          <Picture
            key={hash}
            hash={hash}
            title={`${names[truth]}, taken for ${names[predicted]} at ${percent(probability, 0)}`}
            about={file}
          />
        ))}
      </div>
    </div>
  )
}

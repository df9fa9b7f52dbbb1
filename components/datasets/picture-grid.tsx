'use client'

import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import type { PicturePage, PictureQuery } from '../../lib/api/datasets.ts'
import { Picture } from '../ui/picture.tsx'
import { ErrorState } from '../ui/states.tsx'
import { usePictures } from './use-pictures.ts'

type Props = {
  version: string
  names: readonly string[]
  query: Pick<PictureQuery, 'split' | 'label'>
  first: PicturePage
}

const SMALLEST = 108
const GAP = 8

/** A grid of any number of pictures: only the rows in sight are there, and their pages are asked for as they come. */
export function PictureGrid({ version, names, query, first }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const { width, top } = useBox(box)
  const columns = Math.max(3, Math.floor((width + GAP) / (SMALLEST + GAP)))
  const side = Math.max(1, (width - GAP * (columns - 1)) / columns)
  const virtualizer = useWindowVirtualizer({
    count: Math.ceil(first.total / columns),
    estimateSize: () => side + GAP,
    overscan: 3,
    scrollMargin: top,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured again when they change their size
  useEffect(() => virtualizer.measure(), [side])
  const rows = virtualizer.getVirtualItems()
  const from = (rows[0]?.index ?? 0) * columns
  const to = Math.min(first.total, ((rows.at(-1)?.index ?? 0) + 1) * columns)
  const { pictureAt, problem } = usePictures(version, query, first, from, to)
  return (
    <div ref={box} className="relative" style={{ height: virtualizer.getTotalSize() }}>
      {problem && <ErrorState problem={problem} className="sticky top-4 z-10" />}
      {width > 0 &&
        rows.map(({ key, index, start }) => (
          <div
            key={key}
            className="absolute inset-x-0 grid"
            style={{ top: start - top, gap: GAP, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
          >
            {Array.from({ length: Math.min(columns, first.total - index * columns) }, (_, i) => {
              const at = index * columns + i
              const picture = pictureAt(at)
              if (!picture) return <div key={at} className="aspect-square rounded-md bg-hover" />
              const { hash, file, label, split, width: w, height: h } = picture
              return (
                <Picture
                  key={at}
                  hash={hash}
                  title={names[label] ?? file}
                  about={`${file} · ${split} · ${w} × ${h}`}
                />
              )
            })}
          </div>
        ))}
    </div>
  )
}

/** Width of an element and its distance from the top of the page. */
function useBox(box: { readonly current: HTMLElement | null }): { width: number; top: number } {
  const [size, setSize] = useState({ width: 0, top: 0 })
  useEffect(() => {
    const element = box.current!
    const measure = () =>
      setSize({ width: element.clientWidth, top: element.getBoundingClientRect().top + window.scrollY })
    const resizer = new ResizeObserver(measure)
    resizer.observe(element)
    // What stands above may open and close.
    resizer.observe(document.body)
    return () => resizer.disconnect()
  }, [box])
  return size
}

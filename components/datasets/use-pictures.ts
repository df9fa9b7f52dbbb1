'use client'

import { useEffect, useRef, useState } from 'react'
import type { PicturePage, PictureQuery, PictureRow } from '../../lib/api/datasets.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'

/** How many pictures are asked for at once; the server renders the first so many. */
export const PAGE = 200

/** The pictures from `from` to before `to`, asked for as they come into sight and kept. */
export function usePictures(
  version: string,
  query: Pick<PictureQuery, 'split' | 'label'>,
  first: PicturePage,
  from: number,
  to: number,
): { pictureAt: (index: number) => PictureRow | undefined; problem: ProblemSummary | undefined } {
  const call = useCall()
  const [pages, setPages] = useState<Readonly<Record<number, PictureRow[]>>>({ 0: first.pictures })
  const [problem, setProblem] = useState<ProblemSummary>()
  const asked = useRef(new Set([0]))
  const firstPage = Math.floor(from / PAGE)
  const lastPage = Math.floor(Math.max(from, to - 1) / PAGE)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it asks for what has come into sight
  useEffect(() => {
    for (let page = firstPage; page <= lastPage; page++) {
      if (asked.current.has(page)) continue
      asked.current.add(page)
      call('pictures', 'GET', pathOf(version, query, page)).then(
        ({ pictures }) => {
          setProblem(undefined)
          setPages((before) => ({ ...before, [page]: pictures }))
        },
        (thrown: unknown) => {
          asked.current.delete(page)
          setProblem(Problem.from(thrown).summary())
        },
      )
    }
  }, [firstPage, lastPage])
  return { pictureAt: (index) => pages[Math.floor(index / PAGE)]?.[index % PAGE], problem }
}

function pathOf(
  version: string,
  { split, label }: Pick<PictureQuery, 'split' | 'label'>,
  page: number,
): string {
  const params = new URLSearchParams({ offset: `${page * PAGE}`, limit: `${PAGE}` })
  if (split) params.set('split', split)
  if (label !== undefined) params.set('label', `${label}`)
  return `/api/datasets/${version}/pictures?${params}`
}

'use client'

import { ArrowDown, ArrowUp } from 'lucide-react'
import { useState } from 'react'
import type { EvaluationSummary } from '../../lib/evaluation/summary.ts'
import { count, percent } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { Table, Td, Th } from '../ui/table.tsx'

type Row = EvaluationSummary['perClass'][number] & { readonly name: string }
type Column = {
  readonly key: 'name' | 'recall' | 'precision' | 'images'
  readonly title: string
  readonly hint: string
}

const COLUMNS: readonly Column[] = [
  { key: 'name', title: 'Class', hint: '' },
  { key: 'recall', title: 'Recall', hint: 'The share of its pictures that were recognised' },
  { key: 'precision', title: 'Precision', hint: 'How often this answer is right' },
  { key: 'images', title: 'Pictures', hint: 'Test pictures of the class' },
]

/** How each class does; the hardest first, or by any column. */
export function PerClass({ evaluation, names }: { evaluation: EvaluationSummary; names: readonly string[] }) {
  const [{ key, up }, setOrder] = useState<{ key: Column['key']; up: boolean }>({ key: 'recall', up: true })
  const rows = sorted(
    evaluation.perClass.map((row, i) => ({ ...row, name: names[i]! })),
    key,
    up,
  )
  return (
    <Card>
      <CardHead aside={up && key === 'recall' ? 'the hardest first' : undefined}>Per class</CardHead>
      <div className="max-h-[520px] overflow-y-auto">
        <Table label="Figures per class">
          <thead className="sticky top-0 bg-card">
            <tr>
              {COLUMNS.map((column) => (
                <Th
                  key={column.key}
                  aria-sort={column.key === key ? (up ? 'ascending' : 'descending') : 'none'}
                  className={cn(column.key !== 'name' && 'text-right')}
                >
                  <button
                    type="button"
                    title={column.hint}
                    className="inline-flex items-center gap-1 rounded-sm hover:text-ink"
                    onClick={() => setOrder({ key: column.key, up: column.key === key ? !up : true })}
                  >
                    {column.title}
                    {column.key === key &&
                      (up ? (
                        <ArrowUp className="size-3" aria-hidden />
                      ) : (
                        <ArrowDown className="size-3" aria-hidden />
                      ))}
                  </button>
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, name, recall, precision, images }) => (
              <tr key={label}>
                <Td>{name}</Td>
                <Td className="text-right">{recall === null ? '–' : percent(recall)}</Td>
                <Td className="text-right">{precision === null ? '–' : percent(precision)}</Td>
                <Td className="text-right text-soft">{count(images)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </Card>
  )
}

/** What has no figure stands last either way. */
function sorted(rows: readonly Row[], key: Column['key'], up: boolean): Row[] {
  return rows.toSorted((a, b) => {
    const [x, y] = [a[key], b[key]]
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    const order = typeof x === 'string' ? x.localeCompare(y as string, 'en') : x - (y as number)
    return up ? order : -order
  })
}

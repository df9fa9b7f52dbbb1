import Link from 'next/link'
import type { DatasetDetail } from '../../lib/api/datasets.ts'
import { readableName } from '../../lib/dataset/readable-name.ts'
import { count } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { Table, Td, Th } from '../ui/table.tsx'

const COLUMNS = ['train', 'validation', 'test'] as const

/** How many pictures each class has in each split; a class leads to its pictures. */
export function ClassTable({
  dataset: { id, classes, perClass },
}: {
  dataset: Pick<DatasetDetail, 'id' | 'classes' | 'perClass'>
}) {
  return (
    <Card>
      <CardHead aside={`${classes.length} classes`}>Classes</CardHead>
      <div className="max-h-[420px] overflow-y-auto">
        <Table label="Pictures per class and split">
          <thead className="sticky top-0 bg-card">
            <tr>
              <Th>Class</Th>
              {COLUMNS.map((split) => (
                <Th key={split} className="text-right">
                  {split}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((name, label) => (
              <tr key={name}>
                <Td>
                  <Link
                    href={`/datasets/${id}?label=${label}#pictures`}
                    title={name}
                    className="rounded-sm hover:underline"
                  >
                    {readableName(name)}
                  </Link>
                </Td>
                {COLUMNS.map((split) => (
                  <Td key={split} className="text-right">
                    {count(perClass[label]?.[split] ?? 0)}
                  </Td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </Card>
  )
}

import type { DatasetSummary } from '../../lib/api/datasets.ts'
import type { Backbone } from '../../lib/api/machine.ts'
import { count, short } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { Facts } from '../ui/facts.tsx'

/** What the choice comes to, before it starts. */
export function PlanCard({ dataset, backbone }: { dataset: DatasetSummary; backbone: Backbone }) {
  const { train, validation, test } = dataset.counts
  const pictures = train + validation + test
  const gflops = backbone.gflops && pictures * backbone.gflops
  return (
    <Card>
      <CardHead>The plan</CardHead>
      <Facts
        facts={[
          ['Frozen', frozenOf(backbone)],
          ['Trained', `head, ${dataset.classes.length} classes`],
          ['Input', `${backbone.size} × ${backbone.size}`],
          ['To extract', `${count(pictures)} pictures, once`],
          ['Work', gflops === undefined ? 'unknown' : workOf(gflops)],
        ]}
      />
      <p className="mt-3 text-[12.5px] text-soft">
        What is extracted once is cached: another run on these pictures with this backbone takes seconds.
      </p>
    </Card>
  )
}

function frozenOf({ groups, parameters, frozenOnly }: Backbone): string {
  return `${frozenOnly ? 'all of it' : `${groups.length} groups`}, ${short(parameters)}`
}

function workOf(gflops: number): string {
  return `${gflops >= 1000 ? `${(gflops / 1000).toFixed(1)} T` : `${gflops.toFixed(0)} G`}FLOPs`
}

import type { ReactNode } from 'react'
import { count, moment } from '../../lib/figures.ts'
import type { Run } from '../../lib/run/run.ts'
import type { SolverSettings } from '../../lib/run/solvers.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { Facts } from '../ui/facts.tsx'

/** What the run was asked to do. `dataset` may be a link. */
export function SettingsCard({ run, backbone, dataset }: { run: Run; backbone: string; dataset: ReactNode }) {
  const { settings, plan, queuedAt } = run
  const { train, validation, test } = run.dataset.counts
  return (
    <Card>
      <CardHead>Settings</CardHead>
      <Facts
        facts={[
          ['Dataset', dataset],
          ['Pictures', `${count(train)} train, ${count(validation)} validation, ${count(test)} test`],
          ['Backbone', backbone],
          ['Strategy', settings.strategy.replace('-', ' ')],
          ...(plan ? [['Trained', `${count(plan.trainableParameters)} parameters`] as const] : []),
          ['Solver', solverWords(settings.solver)],
          ['Looks', settings.looks],
          ['Resize', settings.preprocessing?.resize ?? 'squash'],
          ['Seed', `${settings.seed}`],
          ['Queued', moment(queuedAt)],
        ]}
      />
    </Card>
  )
}

function solverWords(solver: SolverSettings): string {
  switch (solver.kind) {
    case 'exact':
      return `exact, L2 ${solver.l2 ?? 'chosen on validation'}${solver.refit ? ', refit on train + validation' : ''}`
    case 'sgd':
      return `SGD, rate ${solver.learningRate}, momentum ${solver.momentum}, × ${solver.decayFactor} every ${solver.decayEvery} epochs, ${fitWords(solver)}`
    case 'adam':
      return `Adam, rate ${solver.learningRate}, ${fitWords(solver)}`
  }
}

const fitWords = ({ epochs, batchSize, l2 }: Exclude<SolverSettings, { kind: 'exact' }>) =>
  `${epochs} epochs, batch ${batchSize}, L2 ${l2}`

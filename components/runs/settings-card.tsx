import type { ReactNode } from 'react'
import { count, moment } from '../../lib/figures.ts'
import { phaseWords, startWords, strategyWords, trainingFacts } from '../../lib/run/freeze-words.ts'
import type { Run } from '../../lib/run/run.ts'
import type { SolverSettings } from '../../lib/run/solvers.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { Facts } from '../ui/facts.tsx'

/** What the run was asked to do. `dataset` may be a link. */
export function SettingsCard({ run, backbone, dataset }: { run: Run; backbone: string; dataset: ReactNode }) {
  const { settings, plan, engine, queuedAt } = run
  const { train, validation, test } = run.dataset.counts
  const isSolved = plan?.phases?.every(({ epochs }) => epochs > 0) !== true
  return (
    <Card>
      <CardHead>Settings</CardHead>
      <Facts
        facts={[
          ['Dataset', dataset],
          ['Pictures', `${count(train)} train, ${count(validation)} validation, ${count(test)} test`],
          ['Backbone', backbone],
          ...(settings.recipe ? [['Recipe', settings.recipe] as const] : []),
          ...(plan?.start ? [['Starts from', startWords(plan.start)] as const] : []),
          ['Strategy', strategyWords(settings)],
          ...(plan ? [['Trained', `${count(plan.trainableParameters)} parameters`] as const] : []),
          ...(plan?.phases ?? []).map(
            (phase, i) => [`Phase ${i + 1}, ${phase.name}`, phaseWords(phase)] as const,
          ),
          ...trainingFacts(settings),
          ...(plan?.devices ? [['Devices', `${plan.devices} share the work`] as const] : []),
          ...(engine ? [['Trained by', engine.title] as const] : []),
          ...(isSolved
            ? [['Solver', solverWords(settings.solver, settings.strategy === 'feature-extraction')] as const]
            : []),
          ['Looks', settings.looks],
          ['Resize', settings.preprocessing?.resize ?? 'squash'],
          ['Seed', `${settings.seed}`],
          ['Queued', moment(queuedAt)],
        ]}
      />
      {[...(engine?.says ? [{ says: engine.says, advice: '' }] : []), ...(plan?.warnings ?? [])].map(
        ({ says, advice }) => (
          <p key={says} className="mt-3 rounded-md bg-hover px-3 py-2 text-[12.5px]">
            <span className="font-semibold">{says}</span> {advice}
          </p>
        ),
      )}
    </Card>
  )
}

/** `alone`: nothing else is trained after the head, so it may be fitted again. */
function solverWords(solver: SolverSettings, alone: boolean): string {
  switch (solver.kind) {
    case 'exact':
      return `exact, L2 ${solver.l2 ?? 'chosen on validation'}${solver.refit && alone ? ', refit on train + validation' : ''}`
    case 'sgd':
      return `SGD, rate ${solver.learningRate}, momentum ${solver.momentum}, × ${solver.decayFactor} every ${solver.decayEvery} epochs, ${fitWords(solver)}`
    case 'adam':
      return `Adam, rate ${solver.learningRate}, ${fitWords(solver)}`
  }
}

const fitWords = ({ epochs, batchSize, l2 }: Exclude<SolverSettings, { kind: 'exact' }>) =>
  `${epochs} epochs, batch ${batchSize}, L2 ${l2}`

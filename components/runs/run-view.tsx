'use client'

import type { ReactNode } from 'react'
import { readableName } from '../../lib/dataset/readable-name.ts'
import { freezeWords } from '../../lib/run/freeze-words.ts'
import { statusWords } from '../../lib/run/progress.ts'
import type { Run } from '../../lib/run/run.ts'
import { Calibration } from '../evaluation/calibration.tsx'
import { Confusion } from '../evaluation/confusion.tsx'
import { PerClass } from '../evaluation/per-class.tsx'
import { WorstMistakes } from '../evaluation/worst-mistakes.tsx'
import { useRun } from '../live/use-run.ts'
import { Badge } from '../ui/badge.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { ErrorState } from '../ui/states.tsx'
import { Curves } from './curves.tsx'
import { FiguresRow } from './figures-row.tsx'
import { Phases } from './phases.tsx'
import { SettingsCard } from './settings-card.tsx'
import { StatusBadge } from './status.tsx'

type Props = {
  initial: Run
  /** The backbone's title. */
  backbone: string
  /** Buttons and links of the head, by the run as it stands now. */
  actions?: (run: Run) => ReactNode
  dataset?: (run: Run) => ReactNode
  picturesHref?: (run: Run) => (label: number) => string
  /** Between the figures and the results. */
  children?: (run: Run) => ReactNode
}

/** A run, live: where it stands, its curves, then its results. */
export function RunView({ initial, backbone, actions, dataset, picturesHref, children }: Props) {
  const { run, problem } = useRun(initial)
  const { evaluation, state } = run
  const freeze = freezeWords(run)
  const names = run.dataset.classes.map(readableName)
  return (
    <>
      <PageHead
        title={`${run.dataset.name}, ${backbone}`}
        badges={
          <>
            <StatusBadge
              status={state.status}
              {...(run.endedAt === undefined && { words: statusWords(run) })}
            />
            {freeze && <Badge tone="frozen">{freeze.frozen}</Badge>}
            {freeze && <Badge tone="trained">{freeze.trained}</Badge>}
          </>
        }
        actions={actions?.(run)}
      />
      <Phases run={run} />
      {state.status === 'failed' && <ErrorState problem={state.problem} className="mb-4" />}
      {problem && <ErrorState problem={problem} className="mb-4" />}
      <FiguresRow run={run} />
      {children?.(run)}
      <div className="grid grid-cols-1 gap-4">
        {!evaluation && <Curves run={run} />}
        {evaluation && (
          <>
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
              <Confusion
                evaluation={evaluation}
                names={names}
                {...(picturesHref && { picturesHref: picturesHref(run) })}
              />
              <PerClass evaluation={evaluation} names={names} />
            </div>
            <WorstMistakes worst={evaluation.worst} names={names} />
            <Curves run={run} />
          </>
        )}
        <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
          <SettingsCard run={run} backbone={backbone} dataset={dataset?.(run) ?? run.dataset.name} />
          {evaluation?.calibration && <Calibration calibration={evaluation.calibration} />}
        </div>
      </div>
    </>
  )
}

import Link from 'next/link'
import type { Trial } from '../../lib/api/tunes.ts'
import { duration, percent } from '../../lib/figures.ts'
import { settingText } from '../../lib/tuning/setting-text.ts'
import { StatusBadge } from '../runs/status.tsx'
import { Badge } from '../ui/badge.tsx'
import { Table, Td, Th } from '../ui/table.tsx'
import { shortKey } from './short-key.ts'

/** Every trial on a line, the best first, then what is under way, then what failed and what waits. */
export function TrialTable({ trials }: { trials: readonly Trial[] }) {
  const keys = [...new Set(trials.flatMap(({ settings }) => Object.keys(settings)))]
  const hasRounds = trials.some(({ rung }) => rung > 0)
  const shown = [...trials].sort((a, b) => placeOf(a) - placeOf(b) || a.rung - b.rung || a.trial - b.trial)
  return (
    <Table label="Trials">
      <thead>
        <tr>
          <Th className="text-right">Rank</Th>
          <Th>Trial</Th>
          {hasRounds && <Th className="text-right">Round</Th>}
          <Th className="text-right">Top-1</Th>
          <Th className="text-right">Loss</Th>
          {keys.map((key) => (
            <Th key={key} className="text-right">
              {shortKey(key)}
            </Th>
          ))}
          <Th className="text-right">Time</Th>
          <Th>State</Th>
        </tr>
      </thead>
      <tbody>
        {shown.map((trial) => (
          <TrialRow key={`${trial.trial}/${trial.rung}`} trial={trial} keys={keys} hasRounds={hasRounds} />
        ))}
      </tbody>
    </Table>
  )
}

function TrialRow({ trial, keys, hasRounds }: { trial: Trial; keys: readonly string[]; hasRounds: boolean }) {
  const { rank, run, rung, settings, state, validationTop1, validationLoss, seconds, problem } = trial
  const name = `Trial ${trial.trial}`
  return (
    <tr className={rank === 1 ? 'font-medium' : 'text-soft'}>
      <Td className="text-right tabular-nums">{rank ?? '–'}</Td>
      <Td className="whitespace-nowrap">
        {run ? (
          <Link href={`/runs/${run}`} className="text-ink underline underline-offset-2">
            {name}
          </Link>
        ) : (
          name
        )}
      </Td>
      {hasRounds && <Td className="text-right tabular-nums">{rung + 1}</Td>}
      <Td className="text-right whitespace-nowrap tabular-nums">
        {validationTop1 === null ? '–' : percent(validationTop1)}
      </Td>
      <Td className="text-right tabular-nums">{validationLoss?.toFixed(4) ?? '–'}</Td>
      {keys.map((key) => (
        <Td key={key} className="text-right whitespace-nowrap tabular-nums">
          {settingText(settings[key] ?? '')}
        </Td>
      ))}
      <Td className="text-right whitespace-nowrap tabular-nums">
        {seconds === undefined ? '' : duration(seconds)}
      </Td>
      <Td title={problem?.says}>
        {state === 'waiting' ? <Badge>waiting</Badge> : <StatusBadge status={state} />}
      </Td>
    </tr>
  )
}

/** Judged ones by rank, then what runs, then what could not be judged, then what waits. */
function placeOf({ rank, state }: Trial): number {
  if (rank !== undefined) return rank
  if (state === 'waiting') return 1e9
  return state === 'failed' || state === 'stopped' ? 1e8 : 1e7
}

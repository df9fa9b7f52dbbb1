import { Check, Minus, X } from 'lucide-react'
import type { Engine } from '../../lib/api/engines.ts'
import { Table, Td, Th } from '../ui/table.tsx'
import { When } from '../ui/when.tsx'

/** One engine a line: what was found, what for, how fast. */
export function EngineTable({ engines }: { engines: readonly Engine[] }) {
  return (
    <Table label="Engines of this machine">
      <thead>
        <tr>
          <Th>Engine</Th>
          <Th>Self-test</Th>
          <Th>Used for</Th>
          <Th className="text-right">Forward</Th>
          <Th className="text-right">Training</Th>
          <Th className="text-right">Measured</Th>
        </tr>
      </thead>
      <tbody>
        {engines.map((engine) => (
          <tr key={engine.id}>
            <Td className="font-medium whitespace-nowrap">{engine.id}</Td>
            <Td className="whitespace-nowrap">
              <SelfTest engine={engine} />
            </Td>
            <Td className="min-w-52 text-soft">
              {engine.software ? 'nothing: its GPU is one in software' : engine.usedFor}
            </Td>
            <Td className="text-right whitespace-nowrap">{rate(engine.measured?.forward)}</Td>
            <Td className="text-right whitespace-nowrap">{rate(engine.measured?.training)}</Td>
            <Td className="text-right text-soft">
              {engine.measured ? <When at={engine.measured.at} /> : '–'}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** Why engines are missing, and how to get them. */
export function MissingEngines({ engines }: { engines: readonly Engine[] }) {
  const missing = engines.filter(({ selfTest }) => selfTest !== 'passed')
  if (missing.length === 0) return null
  return (
    <dl className="mt-4 grid gap-x-6 gap-y-2 text-[13px] md:grid-cols-[max-content_minmax(0,1fr)]">
      {missing.map(({ id, why, advice }) => (
        <div key={id} className="contents">
          <dt className="font-medium">{id}</dt>
          <dd className="min-w-0 text-soft [overflow-wrap:anywhere] max-md:mb-1">
            {sentence(why)} {advice}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function SelfTest({ engine: { selfTest, version } }: { engine: Engine }) {
  const look = 'inline size-3.5 align-[-2px]'
  if (selfTest === 'passed') {
    return (
      <>
        <Check className={`${look} text-ok`} aria-hidden /> passed{' '}
        <span className="text-soft">{version}</span>
      </>
    )
  }
  if (selfTest === 'absent') {
    return (
      <span className="text-soft">
        <Minus className={look} aria-hidden /> absent
      </span>
    )
  }
  return (
    <span className="text-bad">
      <X className={look} aria-hidden /> failed
    </span>
  )
}

function rate(imagesPerSecond: number | undefined): string {
  if (imagesPerSecond === undefined) return '–'
  return `${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} img/s`
}

/** An engine's own words, with a capital and a full stop. */
function sentence(why = ''): string {
  return why && `${why.charAt(0).toUpperCase()}${why.slice(1).replace(/\.$/, '')}.`
}

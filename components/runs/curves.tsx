'use client'

import dynamic from 'next/dynamic'
import { useState } from 'react'
import { percent } from '../../lib/figures.ts'
import { type Chart, type ChartLine, chartsOf } from '../../lib/run/charts.ts'
import type { Run } from '../../lib/run/run.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { loadPatiently } from '../ui/load-patiently.ts'
import { Skeleton } from '../ui/states.tsx'

const Plot = dynamic(() => loadPatiently(() => import('./plot.tsx')).then((module) => module.Plot), {
  ssr: false,
  loading: () => <Skeleton className="h-[210px]" />,
})

/** The run's curves, growing as it goes. */
export function Curves({ run }: { run: Run }) {
  const charts = chartsOf(run).filter((chart) => chart.xs.length > 0)
  if (charts.length === 0) return null
  return (
    <div className={cn('grid grid-cols-1 gap-4', charts.length > 1 && 'lg:grid-cols-2')}>
      {charts.map((chart) => (
        <ChartCard key={chart.id} chart={chart} />
      ))}
    </div>
  )
}

function ChartCard({ chart }: { chart: Chart }) {
  const [at, setAt] = useState<number>()
  const index = at !== undefined && at < chart.xs.length ? at : undefined
  const x = index === undefined ? undefined : chart.xs[index]
  return (
    <Card>
      <CardHead aside={<Legend chart={chart} index={index} />}>
        {chart.title}
        {x === undefined && chart.chosen !== undefined && (
          <span className="ml-2 font-normal text-soft">{`chosen ${chart.chosen}`}</span>
        )}
        {x !== undefined && <span className="ml-2 font-normal text-soft">{`${chart.xName} ${x}`}</span>}
      </CardHead>
      <Plot chart={chart} label={inWords(chart)} onPoint={setAt} />
    </Card>
  )
}

/** Names and values: at the pointer, else the last ones. */
function Legend({ chart, index }: { chart: Chart; index: number | undefined }) {
  return (
    <span className="flex gap-4">
      {chart.lines.map((line) => (
        <span key={line.name} className={cn(line.tone === 'trained' ? 'text-amber-ink' : 'text-ink')}>
          {line.name} {said(chart, line, index)}
        </span>
      ))}
    </span>
  )
}

function said(chart: Chart, { values }: ChartLine, index: number | undefined): string {
  const upTo = index === undefined ? values : values.slice(0, index + 1)
  const chosen =
    index === undefined && chart.chosen !== undefined ? values[chart.xs.indexOf(chart.chosen)] : undefined
  const value = chosen ?? upTo.findLast((one) => one !== null)
  if (value === undefined || value === null) return '–'
  return chart.unit === 'percent' ? percent(value) : value.toFixed(3)
}

function inWords(chart: Chart): string {
  const lines = chart.lines.map((line) => `${line.name} ${said(chart, line, undefined)}`).join(', ')
  const chosen = chart.chosen === undefined ? '' : ` Chosen: ${chart.chosen}.`
  return `${chart.title} by ${chart.xName}: ${lines}.${chosen}`
}

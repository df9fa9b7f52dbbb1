'use client'

import { useTheme } from 'next-themes'
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import type { Chart } from '../../lib/run/charts.ts'
import 'uplot/dist/uPlot.min.css'

const HEIGHT = 210
/** Epochs and iterations are counted. */
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
const FONT = '11px ui-sans-serif, system-ui, sans-serif'

type Props = { chart: Chart; label: string; onPoint: (index: number | undefined) => void }

/** One chart. Drawn again from the start only where its kind, its width or the theme changes; new points are added. */
export function Plot({ chart, label, onPoint }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const latest = useRef(chart)
  latest.current = chart
  const { resolvedTheme } = useTheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the theme, points come by setData
  useEffect(() => {
    const element = box.current!
    const made = new UPlot(optionsOf(element, latest, onPoint), dataOf(latest.current), element)
    plot.current = made
    const resizer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }))
    resizer.observe(element)
    return () => {
      resizer.disconnect()
      made.destroy()
    }
  }, [resolvedTheme, chart.id])
  useEffect(() => plot.current?.setData(dataOf(chart)), [chart])
  return <div ref={box} role="img" aria-label={label} className="min-h-[210px] min-w-0 overflow-hidden" />
}

const dataOf = (chart: Chart) => [chart.xs, ...chart.lines.map(({ values }) => values)] as UPlot.AlignedData

function optionsOf(
  element: HTMLElement,
  latest: { current: Chart },
  onPoint: Props['onPoint'],
): UPlot.Options {
  const { lines, unit, logX } = latest.current
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const strokes = { trained: colour('amber'), judged: colour('ink') }
  const axis: UPlot.Axis = {
    stroke: colour('soft'),
    font: FONT,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  }
  const percentTick = (value: number) => `${Number((value * 100).toFixed(1))} %`
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: false, ...(logX && { distr: 3 }) },
      ...(unit === 'percent' && { y: { range: shareRange } }),
    },
    axes: [
      {
        ...axis,
        size: 26,
        grid: { show: false },
        ...(!logX && { incrs: WHOLE_STEPS }),
        ...(logX && { values: (_, splits) => splits.map((l2) => (l2 === null ? '' : `${l2}`)) }),
      },
      { ...axis, size: 52, ...(unit === 'percent' && { values: (_, splits) => splits.map(percentTick) }) },
    ],
    series: [
      {},
      ...lines.map(
        ({ tone, dots }): UPlot.Series => ({
          stroke: strokes[tone],
          width: 2,
          spanGaps: true,
          points: { show: dots, size: 6, fill: strokes[tone] },
        }),
      ),
    ],
    hooks: {
      setCursor: [(made) => onPoint(made.cursor.idx ?? undefined)],
      drawClear: [(made) => drawMarks(made, latest.current, colour('line'), colour('edge'))],
    },
  }
}

/** With some room around the line, also where it is flat; no share is above 100 %. */
function shareRange(_: UPlot, min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1]
  const room = Math.max((max - min) / 10, 0.02)
  return [Math.max(0, min - room), Math.min(1, max + room)]
}

/** Thin lines where another curve begins, a stronger one at what was chosen. */
function drawMarks(made: UPlot, { marks, chosen }: Chart, line: string, strong: string): void {
  const { ctx, bbox } = made
  const vertical = (x: number, stroke: string) => {
    const at = Math.round(made.valToPos(x, 'x', true))
    ctx.strokeStyle = stroke
    ctx.beginPath()
    ctx.moveTo(at, bbox.top)
    ctx.lineTo(at, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.save()
  ctx.lineWidth = devicePixelRatio
  for (const { x } of marks.slice(1)) vertical(x, line)
  if (chosen !== undefined) vertical(chosen, strong)
  ctx.restore()
}

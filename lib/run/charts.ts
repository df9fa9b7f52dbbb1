import type { Curve, Run } from './run.ts'

/** A line of a chart; `tone` says what colour means: training's is amber, judgement's is ink. */
export type ChartLine = {
  readonly name: string
  readonly tone: 'trained' | 'judged'
  /** Shown as dots where it is known only here and there. */
  readonly dots: boolean
  /** One per x; null where there is none. */
  readonly values: readonly (number | null)[]
}

/** What the page draws, as data. */
export type Chart = {
  readonly id: 'loss' | 'accuracy' | 'l2'
  readonly title: string
  readonly unit: 'nats' | 'percent'
  readonly xName: string
  /** `l2`: x is shown on a logarithmic axis. */
  readonly logX: boolean
  readonly xs: readonly number[]
  readonly lines: readonly ChartLine[]
  /** Where another curve begins, with its name. */
  readonly marks: readonly { readonly x: number; readonly name: string }[]
  /** The x that was chosen. */
  readonly chosen?: number
}

/** The charts of a run: loss and validation accuracy by epoch, or for the exact head loss by iteration and the choice of L2. */
export function chartsOf(run: Run): Chart[] {
  const tuned = run.curves.filter(({ series }) => !isHeadAlone(series))
  if (tuned.length > 0) return [...tuningCharts(tuned), ...(run.l2 ? [choiceChart(run)] : [])]
  if (run.settings.solver.kind === 'exact') return [pathChart(run.curves), choiceChart(run)]
  const points = run.curves.flatMap((curve) => curve.points)
  return [lossChart(points), accuracyChart(points)]
}

/** Curves of the head's own solver, before anything else is trained. */
export function isHeadAlone(series: string): boolean {
  return /^(l2=.*|refit|final|sgd|adam)$/.test(series)
}

/** The phases of fine-tuning one after another, epoch by epoch; 0 is what it started from, where that was judged. */
function tuningCharts(curves: readonly Curve[]): Chart[] {
  const first = curves[0]?.points[0]?.step === 0 ? 0 : 1
  const { points, xs, marks } = joined(curves, first)
  return [lossChart(points), accuracyChart(points)].map((chart) => ({ ...chart, xs, marks }))
}

/** Curves one after another, each beginning a step after where the one before it ended; x counts steps from `first`. */
function joined(
  curves: readonly Curve[],
  first = 1,
): { points: Points; xs: number[]; marks: Chart['marks'] } {
  const xs: number[] = []
  const marks = curves.map(({ series, points }) => {
    const x = (xs.at(-1) ?? first - 1) + 1
    const mark = { x, name: series }
    for (const { step } of points) xs.push(x + step - (points[0]?.step ?? 0))
    return mark
  })
  return { points: curves.flatMap((curve) => curve.points), xs, marks }
}

/** The curves of an exact fit one after another: each L2 begins where the one before it ended. */
function pathChart(curves: readonly Curve[]): Chart {
  const { points, xs, marks } = joined(curves)
  return { ...lossChart(points), xName: 'iteration', xs, marks }
}

type Points = Curve['points']

function lossChart(points: Points): Chart {
  const validation = points.map(({ validationLoss }) => validationLoss ?? null)
  return {
    id: 'loss',
    title: 'Loss',
    unit: 'nats',
    xName: 'epoch',
    logX: false,
    xs: points.map(({ step }) => step),
    lines: [
      { name: 'train', tone: 'trained', dots: false, values: points.map(({ loss }) => loss ?? null) },
      { name: 'validation', tone: 'judged', dots: validation.includes(null), values: validation },
    ],
    marks: [],
  }
}

function accuracyChart(points: Points): Chart {
  const values = points.map(({ validationTop1 }) => validationTop1 ?? null)
  const train = points.map(({ top1 }) => top1 ?? null)
  return {
    id: 'accuracy',
    title: 'Accuracy',
    unit: 'percent',
    xName: 'epoch',
    logX: false,
    xs: points.map(({ step }) => step),
    lines: [
      ...(train.some((value) => value !== null)
        ? [{ name: 'train', tone: 'trained', dots: isBroken(train), values: train } as const]
        : []),
      { name: 'validation', tone: 'judged', dots: values.includes(null), values },
    ],
    marks: [],
  }
}

/** Whether values are missing after the first that is known. */
function isBroken(values: readonly (number | null)[]): boolean {
  return values.slice(values.findIndex((value) => value !== null)).includes(null)
}

/** Validation accuracy over the L2s that were tried so far, the weakest at the left. */
function choiceChart({ curves, l2 }: Run): Chart {
  const tried = curves
    .flatMap(({ series, points }) => {
      const value = Number(/^l2=(.+)$/.exec(series)?.[1])
      const last = points.at(-1)
      return value > 0 && last?.validationTop1 !== undefined ? [{ l2: value, top1: last.validationTop1 }] : []
    })
    .sort((a, b) => a.l2 - b.l2)
  return {
    id: 'l2',
    title: 'Choice of L2',
    unit: 'percent',
    xName: 'L2',
    logX: true,
    xs: tried.map((one) => one.l2),
    lines: [{ name: 'validation', tone: 'judged', dots: true, values: tried.map(({ top1 }) => top1) }],
    marks: [],
    ...(l2 && { chosen: l2.l2 }),
  }
}

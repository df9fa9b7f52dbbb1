import { z } from 'zod'
import { extractionProgressSchema, problemSummarySchema } from '../run/events.ts'
import { isOver, type Run } from '../run/run.ts'
import { runSettingsSchema, startFromSchema } from '../run/settings.ts'
import { STATUSES } from '../run/states.ts'
import { prioritySchema } from './queue.ts'

/** A run on one line of a list. */
export const runSummarySchema = z.object({
  id: z.string(),
  seq: z.number().int().positive(),
  dataset: z.object({ version: z.string(), name: z.string(), classes: z.number().int() }),
  backbone: z.string(),
  strategy: z.string(),
  status: z.enum(STATUSES),
  over: z.boolean(),
  progress: extractionProgressSchema.optional(),
  queuedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  top1: z.number().optional(),
  top1Interval: z.tuple([z.number(), z.number()]).optional(),
  images: z.number().int().optional(),
  problem: problemSummarySchema.optional(),
})
export type RunSummary = z.infer<typeof runSummarySchema>

export function summaryOf(run: Run): RunSummary {
  const { id, seq, dataset, settings, state, queuedAt, endedAt, evaluation } = run
  return {
    id,
    seq,
    dataset: { version: dataset.version, name: dataset.name, classes: dataset.classes.length },
    backbone: settings.backbone,
    strategy: settings.strategy,
    status: state.status,
    over: isOver(state),
    ...('progress' in state && state.progress && { progress: state.progress }),
    queuedAt,
    ...(endedAt && { endedAt }),
    ...(evaluation && {
      top1: evaluation.top1,
      top1Interval: evaluation.top1Interval,
      images: evaluation.images,
    }),
    ...(state.status === 'failed' && { problem: state.problem }),
  }
}

/** What starts a run: its settings, where `dataset` may also be a name (`dogs`, `dogs@2`); all but it have defaults. */
export const newRunSchema = runSettingsSchema.omit({ trial: true }).partial().required({ dataset: true })
export type NewRun = z.input<typeof newRunSchema>

/** The same with its place among those that wait. */
export const queuedRunSchema = newRunSchema.extend({ priority: prioritySchema.optional() })
export type QueuedRun = z.input<typeof queuedRunSchema>

/** How many more epochs a run's last phase trains. */
export const extendRunSchema = z.strictObject({ epochs: z.number().int().min(1).max(1000) })

const { dataset, strategy, preprocessing, looks, solver, freeze, training, seed } = runSettingsSchema.shape

/** What a branch has otherwise than the run that it starts from; each part replaces the parent's whole. No defaults here. */
export const branchRunSchema = z.strictObject({
  checkpoint: startFromSchema.shape.checkpoint.unwrap().optional(),
  dataset: dataset.optional(),
  strategy: strategy.optional(),
  preprocessing,
  looks: looks.unwrap().optional(),
  solver: solver.unwrap().optional(),
  freeze,
  training,
  seed: seed.unwrap().optional(),
})
export type Branching = z.input<typeof branchRunSchema>

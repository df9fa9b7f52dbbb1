import { z } from 'zod'
import { problemSummarySchema } from '../run/events.ts'
import { STATUSES } from '../run/states.ts'
import { DEFAULT_TRIALS, MOST_TRIALS } from '../tuning/plan.ts'
import { newRunSchema } from './runs.ts'

/** What starts a tune: the run that its trials vary, and how. */
export const newTuneSchema = z.strictObject({
  run: newRunSchema,
  /** As on the command line, `learningRate=1e-4..1e-1`; absent: what is worth varying with the run's strategy. */
  search: z.array(z.string()).min(1).max(50).optional(),
  trials: z.number().int().min(1).max(MOST_TRIALS).default(DEFAULT_TRIALS),
  halving: z.boolean().default(false),
  seed: z.number().int().min(0).max(0xffffffff).default(0),
  /** Settings that stay as they are even where they are the defaults, by their full names. */
  chosen: z.array(z.string()).optional(),
})
export type NewTune = z.input<typeof newTuneSchema>

/** What a trial sets beside what all have in common. */
const variedSchema = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]))

/** One training of one trial, on one line of the table. */
export const trialSchema = z.object({
  /** In the order of the draw, from 1. */
  trial: z.number().int().positive(),
  /** Round of successive halving, from 0. */
  rung: z.number().int().nonnegative(),
  /** From 1, by validation; absent where it was not judged. */
  rank: z.number().int().positive().optional(),
  /** Absent while it waits for its turn. */
  run: z.string().optional(),
  settings: variedSchema,
  state: z.enum(['waiting', ...STATUSES]),
  validationTop1: z.number().nullable(),
  /** Log loss at the temperature that suits it best. */
  validationLoss: z.number().nullable(),
  /** Null where its solver has none. */
  epochs: z.number().int().nullable(),
  seconds: z.number().nonnegative().optional(),
  problem: problemSummarySchema.optional(),
})
export type Trial = z.infer<typeof trialSchema>

export const winnerSchema = z.object({
  run: z.string(),
  trial: z.number().int().positive(),
  rung: z.number().int().nonnegative(),
  /** What starts a run with its settings. */
  settings: newRunSchema,
  command: z.string(),
})

/** A tune without its trials, on one line of a list. */
export const tuneSummarySchema = z.object({
  id: z.string(),
  dataset: z.object({ version: z.string(), name: z.string() }),
  backbone: z.string(),
  strategy: z.string(),
  status: z.enum(['running', 'succeeded', 'stopped', 'failed']),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  halving: z.boolean(),
  /** Trainings: how many there will be if none fails, and how many are over. */
  planned: z.number().int().nonnegative(),
  over: z.number().int().nonnegative(),
  /** The best so far. */
  best: z.object({ validationTop1: z.number(), validationLoss: z.number() }).optional(),
  problem: problemSummarySchema.optional(),
})
export type TuneSummary = z.infer<typeof tuneSummarySchema>

export const tuneSchema = tuneSummarySchema.extend({
  /** Another one after every change of the table: who asks again says the one that it knows. */
  revision: z.string(),
  /** Of validation, on which trials are judged. */
  pictures: z.number().int().nonnegative(),
  seed: z.number().int().nonnegative(),
  space: z.array(z.object({ key: z.string(), says: z.string() })),
  /** Trials in the order of the draw, round after round. */
  trials: z.array(trialSchema),
  winner: winnerSchema.optional(),
})
export type Tune = z.infer<typeof tuneSchema>

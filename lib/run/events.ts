import { z } from 'zod'
import { evaluationSummarySchema } from '../evaluation/summary.ts'
import { runSettingsSchema, startFromSchema } from './settings.ts'

/** Raised whenever an event changes its meaning; processes of another version are refused. */
export const RUN_EVENTS_VERSION = 1

/** What a {@link Problem} says when it crosses a process. */
export const problemSummarySchema = z.object({
  code: z.string(),
  says: z.string(),
  advice: z.string().optional(),
})

const whole = z.number().int().nonnegative()
const seconds = z.number().nonnegative()

/** What a run remembers of its dataset, so that a list of runs needs no second query. */
export const runDatasetSchema = z.object({
  /** The version's id. */
  version: z.string(),
  /** For people: `dogs` or `dogs@2`. */
  name: z.string(),
  /** In label order. */
  classes: z.array(z.string()),
  counts: z.object({ train: whole, validation: whole, test: whole }),
})
export type RunDataset = z.infer<typeof runDatasetSchema>

export const PHASES = ['preparing', 'extracting', 'training', 'evaluating'] as const

export const extractionProgressSchema = z.object({
  done: whole,
  total: whole,
  fromCache: whole,
  imagesPerSecond: z.number().nonnegative(),
  etaSeconds: seconds.optional(),
})
export type ExtractionProgress = z.infer<typeof extractionProgressSchema>

export const extractionSummarySchema = z.object({
  pictures: whole,
  fromCache: whole,
  seconds,
  imagesPerSecond: z.number().nonnegative(),
})
export type ExtractionSummary = z.infer<typeof extractionSummarySchema>

/** Of the pretrained weights, which are downloaded at a backbone's first use. */
export const downloadProgressSchema = z.object({ receivedBytes: whole, totalBytes: whole.optional() })
export type DownloadProgress = z.infer<typeof downloadProgressSchema>

export const curvePointSchema = z.object({
  /** Iteration of the exact solver, epoch of the others; 0: before the first. */
  step: whole,
  /** Of training; absent where nothing was trained yet: fine-tuning judges what it starts from. */
  loss: z.number().optional(),
  validationLoss: z.number().optional(),
  validationTop1: z.number().optional(),
  /** Share of right answers among the pictures that were learned from, each judged before its step. */
  top1: z.number().optional(),
  learningRate: z.number().optional(),
})
export type CurvePoint = z.infer<typeof curvePointSchema>

/** How far an epoch of fine-tuning is. */
export const stepProgressSchema = z.object({
  series: z.string(),
  /** From 1, as `batch` of `batches`. */
  epoch: z.number().int().positive(),
  batch: z.number().int().positive(),
  batches: whole,
  /** Of this batch. */
  loss: z.number(),
  learningRate: z.number(),
  imagesPerSecond: z.number().nonnegative(),
  /** Of the phase. */
  etaSeconds: seconds.optional(),
})
export type StepProgress = z.infer<typeof stepProgressSchema>

/** Where an earlier attempt stood when it wrote the checkpoint from which this one goes on. */
export const resumedSchema = z.object({
  series: z.string(),
  /** Whole ones that were done, and batches of the next one. */
  epoch: whole,
  batch: whole,
  /** Why a newer checkpoint could not be taken. */
  damaged: problemSummarySchema.optional(),
})

/** One stretch of training with the same weights unfrozen, as it was planned. */
export const plannedPhaseSchema = z.object({
  name: z.string(),
  /** 0 where the solver fits the head. */
  epochs: whole,
  learningRate: z.number(),
  trainedGroups: z.array(z.string()),
  trainableParameters: whole,
  /** Where the frozen prefix ends; several tensors with commas between. */
  cut: z.string(),
  prefix: z.enum(['cached', 'per epoch', 'none']),
  views: whole,
  cacheBytes: whole,
  memoryBytes: whole,
  /** The largest batch that fits into the memory of its devices. */
  fittingBatch: whole.optional(),
  /** By how fast this machine was before; absent where it has not been measured yet. */
  estimatedSeconds: seconds.optional(),
})
export type PlannedPhase = z.infer<typeof plannedPhaseSchema>

/** Which of the planned phases a run is in; `index` counts from 0. */
export const trainingPhaseSchema = z.object({
  index: whole,
  count: whole,
  name: z.string(),
  epochs: whole,
})
export type TrainingPhaseEvent = z.infer<typeof trainingPhaseSchema>

/** What computes the gradients; `says` is for people, where there is something to know. */
export const trainingEngineSchema = z.object({
  engine: z.string(),
  title: z.string(),
  says: z.string().optional(),
})

/** Epochs that were added to a run's last phase once it had ended. */
export const extensionSchema = z.object({
  /** How many epochs of the phase were done. */
  after: whole,
  epochs: z.number().int().positive(),
})
export type Extension = z.infer<typeof extensionSchema>

/** What becomes of the classes of another run's head, where a run starts from it. */
export const plannedStartSchema = startFromSchema.extend({
  /** Whether the head is fitted anew all the same, on what the backbone learned. */
  isSolved: z.boolean(),
  /** How many classes keep their rows, which are new, and which are gone. */
  kept: whole,
  fresh: z.array(z.string()),
  dropped: z.array(z.string()),
})
export type PlannedStart = z.infer<typeof plannedStartSchema>

export const planSchema = z.object({
  backbone: z.string(),
  frozenGroups: z.array(z.string()),
  trainedGroups: z.array(z.string()),
  trainableParameters: whole,
  /** The tensor at which the backbone is cut, and whose values are cached. */
  cut: z.string(),
  /** What is trained one after the other, where that is more than the head; the fields above are then the last one's. */
  phases: z.array(plannedPhaseSchema).optional(),
  start: plannedStartSchema.optional(),
  /** How many devices work on it together; absent: one. */
  devices: whole.optional(),
  /** Weights that start fresh instead of restored. */
  skipped: z.array(z.string()).optional(),
  warnings: z
    .array(z.object({ code: z.string(), says: z.string(), advice: z.string(), phase: z.string().optional() }))
    .optional(),
})
export type RunPlan = z.infer<typeof planSchema>

export const chosenL2Schema = z.object({
  l2: z.number(),
  validationLoss: z.number(),
  tried: z.array(z.object({ l2: z.number(), validationLoss: z.number(), validationTop1: z.number() })),
})
export type ChosenL2 = z.infer<typeof chosenL2Schema>

/** What broke an attempt off: its worker vanished, its trainer made no progress any more, its server was ended, or the queue
 * paused, as by a full disk. */
export const interruptionSchema = z.enum(['vanished', 'stuck', 'closed', 'paused', 'device-lost'])
export type Interruption = z.infer<typeof interruptionSchema>

/** What happens to a run, before the log has numbered it. */
export const newRunEventSchema = z.discriminatedUnion('type', [
  /** The first event of every run. */
  z.object({
    type: z.literal('queued'),
    run: z.string(),
    settings: runSettingsSchema,
    dataset: runDatasetSchema,
  }),
  /** A run that had ended is to go on: from where it stood, or for more epochs of its last phase. */
  z.object({ type: z.literal('reopened'), extension: extensionSchema.optional() }),
  /** An attempt has a process. */
  z.object({ type: z.literal('started'), pid: whole }),
  z.object({ type: z.literal('phase'), phase: z.enum(PHASES) }),
  downloadProgressSchema.extend({ type: z.literal('download') }),
  planSchema.extend({ type: z.literal('plan') }),
  trainingEngineSchema.extend({ type: z.literal('training-engine') }),
  trainingPhaseSchema.extend({ type: z.literal('training-phase') }),
  extractionProgressSchema.extend({ type: z.literal('extraction') }),
  extractionSummarySchema.extend({ type: z.literal('extracted') }),
  /** `series` names the curve: `l2=0.001`, `refit`, `sgd`, or a phase of fine-tuning. */
  curvePointSchema.extend({ type: z.literal('point'), series: z.string(), etaSeconds: seconds.optional() }),
  resumedSchema.extend({ type: z.literal('resumed') }),
  /** At most about one a second. */
  stepProgressSchema.extend({ type: z.literal('step') }),
  chosenL2Schema.extend({ type: z.literal('l2-chosen') }),
  z.object({ type: z.literal('head-fitted'), l2: z.number().optional(), seconds }),
  z.object({ type: z.literal('evaluated'), evaluation: evaluationSummarySchema }),
  z.object({ type: z.literal('stop-requested') }),
  /** The attempt is over and the run is not: another attempt begins. */
  z.object({
    type: z.literal('interrupted'),
    why: interruptionSchema,
    /** Which of several devices it lost: the next attempt does without it. */
    device: z.string().optional(),
    problem: problemSummarySchema.optional(),
  }),
  z.object({ type: z.literal('succeeded') }),
  /** `kept`: whether the best head so far was kept. */
  z.object({ type: z.literal('stopped'), kept: z.boolean() }),
  z.object({ type: z.literal('failed'), problem: problemSummarySchema }),
])
export type NewRunEvent = z.infer<typeof newRunEventSchema>

const stampSchema = z.object({
  /** 1, 2, 3 … without gaps. */
  seq: z.number().int().positive(),
  at: z.iso.datetime(),
  /** Which try it belongs to; 0 before the first. What an older attempt still says is refused. */
  attempt: whole,
})

/** What happened to a run, as it stands in the log. */
export const runEventSchema = stampSchema.and(newRunEventSchema)
export type RunEvent = z.infer<typeof runEventSchema>

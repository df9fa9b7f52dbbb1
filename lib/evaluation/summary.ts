import { z } from 'zod'
import { SPLITS } from '../dataset/dataset.ts'

const share = z.number().min(0).max(1)
const interval = z.tuple([share, share])

/** How the probabilities were calibrated on validation, and what came of it on the judged split. */
const calibrationSchema = z.object({
  /** Logits are divided by this before the softmax. */
  temperature: z.number().positive(),
  /** Below this probability of the best class, the answer is "not sure". */
  notSureBelow: share,
  /** False where the threshold can't be trusted: two classes, or few right validation answers. */
  reliable: z.boolean(),
  /** Expected calibration error before and after the temperature. */
  eceBefore: share,
  eceAfter: share,
  /** Share of the right answers that are still given; null where nothing was right. */
  keptRight: share.nullable(),
  /** Share of the pictures that get an answer at all. */
  answered: share,
})

/** Metrics of one head on one split. Shares are 0–1, intervals Wilson's at 95 %. */
export const evaluationSummarySchema = z.object({
  /** `all`: every picture of a dataset that was not trained on. */
  split: z.enum([...SPLITS, 'all']),
  images: z.number().int().positive(),
  top1: share,
  /** With five classes or fewer this is 1 by definition. */
  top5: share,
  top1Interval: interval,
  top5Interval: interval,
  /** Mean negative log-likelihood per picture, in nats, with the calibration's temperature where there is one. */
  logLoss: z.number().nonnegative(),
  /** In label order; null where nothing was predicted so (precision) or nothing is so (recall). */
  perClass: z.array(
    z.object({
      label: z.string(),
      images: z.number().int().nonnegative(),
      precision: share.nullable(),
      recall: share.nullable(),
    }),
  ),
  /** Pictures by truth (rows) and prediction (columns), in label order. */
  confusion: z.array(z.array(z.number().int().nonnegative())),
  /** The wrong answers that were given with the most confidence, the worst first. */
  worst: z
    .array(
      z.object({
        hash: z.string(),
        file: z.string(),
        truth: z.number().int().nonnegative(),
        predicted: z.number().int().nonnegative(),
        /** Of the predicted class. */
        probability: share,
      }),
    )
    .max(24),
  calibration: calibrationSchema.optional(),
})
export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>

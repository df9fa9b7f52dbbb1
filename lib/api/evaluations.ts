import { z } from 'zod'
import { LOOKS } from '../classify/look.ts'
import { SPLITS } from '../dataset/dataset.ts'
import { evaluationSummarySchema } from '../evaluation/summary.ts'
import { jobSchema } from './jobs.ts'

/** On what a run's model is judged. */
export const newEvaluationSchema = z.strictObject({
  /** A dataset or a version; absent: the run's own. Its classes are matched by readable name. */
  dataset: z.string().min(1).optional(),
  /** Absent: `test` of the run's own dataset, `all` of another one. */
  split: z.enum([...SPLITS, 'all']).optional(),
  /** Absent: as trained. */
  looks: z.enum(LOOKS).optional(),
  /** Names of pictures that are left out. */
  exclude: z.array(z.string()).max(100_000).optional(),
})
export type NewEvaluation = z.infer<typeof newEvaluationSchema>

export const judgementSchema = evaluationSummarySchema.extend({
  run: z.string(),
  /** `photos@1`. */
  dataset: z.string(),
  looks: z.enum(LOOKS),
  /** How many pictures were left out by name. */
  excluded: z.number().int().nonnegative(),
  /** Classes of the dataset that the model does not know; their pictures are left out. */
  unknownClasses: z.array(z.string()),
  /** Names to leave out that no picture has. */
  notFound: z.array(z.string()),
})
export type Judgement = z.infer<typeof judgementSchema>

export const evaluationJobSchema = jobSchema(judgementSchema)

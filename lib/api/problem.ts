import { z } from 'zod'
import { problemSummarySchema } from '../run/events.ts'

/** What every request that fails is answered with, next to a status of 400 or above. */
export const problemAnswerSchema = z.object({ problem: problemSummarySchema })
export type ProblemAnswer = z.infer<typeof problemAnswerSchema>

import { z } from 'zod'
import type { GroupChoice, Stage } from '../strategy/strategies.ts'
import { count, positive, trueOrFalse } from './values.ts'

const groupChoiceSchema = z.union([
  z.number().int().nonnegative(),
  z.literal('all'),
  z.array(z.string().min(1)).min(1),
])

const stageSchema = z.strictObject({
  groups: groupChoiceSchema,
  epochs: count.optional(),
  learningRate: positive.optional(),
})

const patternsSchema = z.array(z.string().min(1)).min(1)

/** Options of a strategy: what is trained, and when. */
export const freezeSchema = z.strictObject({
  /** Whether the head is fitted on the frozen backbone before anything else; as the strategy has it where absent. */
  headFirst: trueOrFalse.optional(),
  groups: groupChoiceSchema.optional(),
  stages: z.array(stageSchema).min(1).optional(),
  trainable: patternsSchema.optional(),
  skip: patternsSchema.optional(),
})
export type FreezeOptions = z.infer<typeof freezeSchema>

/** How `--set` writes them. */
export const FREEZE_TEXT = {
  headFirst: trueOrFalse,
  groups: z
    .union([z.number(), z.string()])
    .transform((text) => readGroups(String(text)))
    .pipe(groupChoiceSchema)
    .describe('a number of last groups, all, or names with commas between'),
  stages: z
    .union([z.number(), z.string()])
    .transform((text) => readStages(String(text)))
    .pipe(z.array(stageSchema).min(1))
    .describe('stages as groups:epochs:rate with commas between, for example 0:5:0.01,2:10,all'),
  trainable: patternList(),
  skip: patternList(),
} satisfies Record<keyof FreezeOptions, z.ZodType>

function patternList() {
  return z
    .union([z.number(), z.string()])
    .transform((text) => listed(String(text)))
    .pipe(patternsSchema)
    .describe('patterns on weight names with commas between')
}

function readGroups(text: string): GroupChoice {
  if (text === 'all') return 'all'
  return /^[+-]?[\d.]+$/.test(text) ? Number(text) : listed(text)
}

/** `+` joins names here, as commas part the stages. */
function readStages(text: string): Stage[] {
  return listed(text).map((stage) => {
    const [groups = '', epochs, learningRate] = stage.split(':')
    return {
      groups: readGroups(groups.replaceAll('+', ',')),
      ...(epochs && { epochs: Number(epochs) }),
      ...(learningRate && { learningRate: Number(learningRate) }),
    }
  })
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}

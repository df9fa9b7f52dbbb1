import { type DraftDefaults, textsOf } from './draft.ts'
import { SOLVERS } from './solvers.ts'
import { trainingSchema } from './training.ts'
import { trainingTexts } from './training-fields.ts'

/** What an untouched form says: the schemas' defaults as text. On the server, so that the page loads no zod. */
export function draftDefaults(): DraftDefaults {
  return {
    solvers: textsOf({
      exact: SOLVERS.exact.parse({ kind: 'exact' }),
      sgd: SOLVERS.sgd.parse({ kind: 'sgd' }),
      adam: SOLVERS.adam.parse({ kind: 'adam' }),
    }),
    training: trainingTexts(trainingSchema.parse({})),
  }
}

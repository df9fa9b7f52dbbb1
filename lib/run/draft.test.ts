import { describe, expect, test } from 'vitest'
import { newRunSchema } from '../api/runs.ts'
import { type RunDraft, runOf, textsOf } from './draft.ts'
import { SOLVERS, type SolverKind } from './solvers.ts'

const texts = textsOf({
  exact: SOLVERS.exact.parse({ kind: 'exact' }),
  sgd: SOLVERS.sgd.parse({ kind: 'sgd' }),
  adam: SOLVERS.adam.parse({ kind: 'adam' }),
})
const draft = (solver: SolverKind): RunDraft => ({
  dataset: 'dogs',
  backbone: 'tf_efficientnet_lite0',
  solver,
  texts,
  refit: true,
  looks: 'whole',
  resize: 'squash',
  seed: '0',
})

describe('a run that is put together on the page', () => {
  test.each(['exact', 'sgd', 'adam'] as const)('%s: an untouched form asks for the defaults', (kind) => {
    const made = runOf(draft(kind))
    expect('run' in made && newRunSchema.parse(made.run).solver).toEqual(SOLVERS[kind].parse({ kind }))
  })

  test('says which fields are no numbers', () => {
    const wrong = { ...draft('sgd'), texts: { ...texts, sgd: { ...texts.sgd, epochs: 'many' } }, seed: 'x' }
    expect(runOf(wrong)).toEqual({ wrong: ['epochs', 'seed'] })
  })

  test('an empty L2 is left to the validation split, a given one is used', () => {
    const given = { ...draft('exact'), texts: { ...texts, exact: { l2: '1e-3' } } }
    const made = runOf(given)
    expect('run' in made && made.run.solver).toEqual({ kind: 'exact', l2: 1e-3, refit: true })
    expect(runOf(draft('exact'))).toMatchObject({ run: { solver: { kind: 'exact', refit: true } } })
  })
})

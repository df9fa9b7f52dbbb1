import { expect, test } from 'vitest'
import { RECIPE_NAMES, recipeNamed } from '../../lib/recipes/recipes.ts'
import { parseSet } from '../../lib/run/settings.ts'
import type { StrategyName } from '../../lib/strategy/strategies.ts'
import { commandOf } from './command-of.ts'

const record = (strategy: StrategyName, chosen: ReturnType<typeof parseSet>) => ({
  dataset: { version: 'v', name: 'dogs@1' },
  backbone: 'tf_efficientnet_lite0',
  settings: { dataset: 'v', backbone: 'tf_efficientnet_lite0', strategy, ...chosen },
})

/** What the `--set` of a command come to. */
function chosenBy(command: string, strategy: StrategyName) {
  const pairs = [...command.matchAll(/--set (?:'([^']*)'|(\S+))/g)].map(
    ([, quoted, plain]) => quoted ?? plain!,
  )
  return parseSet(pairs, strategy)
}

test('defaults need no words', () => {
  expect(commandOf(record('feature-extraction', parseSet([])))).toBe(
    'whippet train --dataset dogs@1 --backbone tf_efficientnet_lite0 --strategy feature-extraction',
  )
})

test.each<[StrategyName, string[]]>([
  ['feature-extraction', ['solver=sgd', 'learningRate=0.2', 'seed=3']],
  ['feature-extraction', ['l2=0.001', 'refit=false', 'looks=whole+second']],
  [
    'partial-fine-tuning',
    ['groups=blocks.6,conv_head', 'epochs=3', 'solver.l2=0.01', 'batchNorm=batch, affine frozen'],
  ],
  ['gradual-unfreezing', ['stages=0,2:5:0.01,blocks.5+blocks.6,all:3', 'groupRates=stem:0.1,blocks.0:0.5']],
  [
    'full-fine-tuning',
    ['headFirst=false', 'solver=sgd', 'optimizer=adamw', 'weightDecay=0.01', 'resize=crop'],
  ],
])('%s with %j is said so that it is understood again', (strategy, pairs) => {
  const chosen = parseSet(pairs, strategy)
  expect(chosenBy(commandOf(record(strategy, chosen)), strategy)).toEqual(chosen)
})

test.each(RECIPE_NAMES)('the recipe %s too', (name) => {
  const { strategy, settings } = recipeNamed(name)
  const chosen = parseSet([], strategy, settings)
  expect(chosenBy(commandOf(record(strategy, chosen)), strategy)).toEqual(chosen)
})

test('patterns are options of their own, globs in quotes', () => {
  const chosen = {
    ...parseSet([], 'partial-fine-tuning'),
    freeze: { trainable: ['blocks.6'], skip: ['conv_*'] },
  }
  expect(commandOf(record('partial-fine-tuning', chosen))).toContain("--trainable blocks.6 --skip 'conv_*'")
})

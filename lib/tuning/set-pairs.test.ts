import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OPTIMIZERS } from '../run/training.ts'
import { setPairs, trainCommand } from './set-pairs.ts'
import { settingsFrom } from './testing/plans.ts'

const rate = fc.double({ min: 1e-8, max: 10, noNaN: true })
const pair = (key: string, value: fc.Arbitrary<unknown>) =>
  fc.option(
    value.map((one) => `${key}=${one}`),
    { nil: undefined },
  )

/** `--set` pairs of each strategy, as people may write them. */
const runs = fc.oneof(
  fc
    .tuple(
      pair('solver', fc.constantFrom('exact', 'sgd', 'adam')),
      pair('l2', rate),
      pair('looks', fc.constantFrom('whole', 'whole+second')),
    )
    .map((pairs) => ({ strategy: 'feature-extraction' as const, pairs })),
  fc
    .tuple(
      pair('groups', fc.constantFrom('2', 'all', 'blocks.5,blocks.6')),
      pair('optimizer', fc.constantFrom(...OPTIMIZERS)),
      pair('training.learningRate', rate),
      pair('groupRates', fc.constantFrom('stem:0.1', 'stem:0.1,blocks.6:0.5')),
      pair('headFirst', fc.boolean()),
      pair('skip', fc.constantFrom('conv_head', 'conv_head,blocks.6.*')),
      pair('seed', fc.nat()),
    )
    .map((pairs) => ({ strategy: 'partial-fine-tuning' as const, pairs })),
  fc
    .tuple(
      pair('stages', fc.constantFrom('0,all', '0:3,2:5:0.01,all', 'blocks.5+blocks.6::0.01,all:2')),
      pair('batchNorm', fc.constantFrom('moving', 'batch, affine frozen')),
      pair('resize', fc.constantFrom('squash', 'crop')),
    )
    .map((pairs) => ({ strategy: 'gradual-unfreezing' as const, pairs })),
)

test('pairs give the settings again that they were made of', () => {
  fc.assert(
    fc.property(runs, ({ strategy, pairs }) => {
      const settings = settingsFrom(
        pairs.filter((one) => one !== undefined),
        strategy,
      )
      expect(settingsFrom(setPairs(settings), strategy)).toEqual(settings)
    }),
  )
})

test('defaults need no pairs', () => {
  expect(setPairs(settingsFrom())).toEqual([])
  expect(setPairs(settingsFrom(['solver=exact', 'refit=true', 'seed=0']))).toEqual([])
})

test('the command is ready to paste, what a shell would read in quotes', () => {
  const settings = settingsFrom(
    ['trainable=blocks.6.*', 'batchNorm=batch, affine frozen'],
    'partial-fine-tuning',
  )
  expect(trainCommand(settings, 'dogs@2')).toBe(
    "whippet train --dataset dogs@2 --backbone tf_efficientnet_lite0 --strategy partial-fine-tuning --set 'freeze.trainable=blocks.6.*' --set 'training.batchNorm=batch, affine frozen'",
  )
})

import { expect, test } from 'vitest'
import { costOfGroups } from './cost.ts'
import { BACKBONES } from './registry.ts'

/** Billions of multiply-adds: the papers' tables for the first two, timm's list for the others. */
test.each([
  ['mobilenetv2_100', 0.3],
  ['nasnetalarge', 23.8],
  ['resnet50', 4.1],
  ['inception_v4', 12.3],
] as const)(
  '%s takes %d billion multiply-adds, a twentieth more at most with norms and pools',
  (id, billions) => {
    const costs = [...costOfGroups(BACKBONES[id].build()).values()]
    const multiplyAdds = costs.reduce((sum, { flops }) => sum + flops, 0) / 2e9
    expect(multiplyAdds / billions).toBeGreaterThan(0.99)
    expect(multiplyAdds / billions).toBeLessThan(1.05)
  },
)

test('every group of every backbone has parameters', () => {
  for (const { build } of Object.values(BACKBONES))
    for (const [group, { parameters }] of costOfGroups(build())) expect(parameters, group).toBeGreaterThan(0)
})

import { describe, expect, test } from 'vitest'
import { PARITY_TOLERANCE } from '../../lib/backbone/parity/compare.ts'
import { BACKBONES, type BackboneId } from '../../lib/backbone/registry.ts'
import { measureParity } from './measure.ts'
import type { GraphReader } from './reader.ts'

/** What every reader of the graph must do. `leastStages`: how many of timm's stages the reader must still show. */
export function describeGraphReader(reader: GraphReader, { leastStages }: { leastStages: number }) {
  describe(`the ${reader.id} reader agrees with timm`, () => {
    test.each(Object.keys(BACKBONES) as BackboneId[])(
      'on %s: features and every stage that survives',
      async (id) => {
        const { features, stages } = await measureParity(reader, id)
        expect(features).toBeLessThan(PARITY_TOLERANCE)
        expect(stages.filter(({ difference }) => !(difference < PARITY_TOLERANCE))).toEqual([])
        expect(stages.length).toBeGreaterThanOrEqual(leastStages)
      },
    )
  })
}

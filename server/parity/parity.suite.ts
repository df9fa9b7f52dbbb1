import { describe, expect, test } from 'vitest'
import { PARITY_TOLERANCE } from '../../lib/backbone/parity/compare.ts'
import { PARITY_BACKBONES, readParityFixture } from './fixtures.ts'
import { measureParity } from './measure.ts'
import type { GraphReader } from './reader.ts'

/**
 * What every reader of the graph must do, on every backbone: the slowest, NASNet-A Large as a browser model, takes 6 s
 * and 2 GB. `rewritten`: how many of timm's maps this reader may not have any more.
 */
export function describeGraphReader(reader: GraphReader, { rewritten }: { rewritten: number }) {
  describe(`the ${reader.id} reader agrees with timm`, () => {
    test.each(PARITY_BACKBONES)('on %s: features and every stage that survives', async (id) => {
      const { features, stages } = await measureParity(reader, id)
      expect(features).toBeLessThan(PARITY_TOLERANCE)
      expect(stages.filter(({ difference }) => !(difference < PARITY_TOLERANCE))).toEqual([])
      const maps = Object.values((await readParityFixture(id)).stages).filter(
        ({ shape: [, , h = 1] }) => h > 1,
      )
      expect(stages.length).toBeGreaterThanOrEqual(maps.length - rewritten)
    })
  })
}

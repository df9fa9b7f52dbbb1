import type { BackboneGraph } from '../../lib/backbone/graph.ts'
import {
  featureDifference,
  type StageDifference,
  stageDifference,
} from '../../lib/backbone/parity/compare.ts'
import { nchwToNhwc } from '../../lib/backbone/parity/fixture.ts'
import { BACKBONES, type BackboneId } from '../../lib/backbone/registry.ts'
import { madeUpWeights, uniform } from '../../lib/backbone/weights/made-up.ts'
import { readParityFixture } from './fixtures.ts'
import type { GraphReader } from './reader.ts'

export type Parity = {
  /** Of the pooled features, relative to their largest absolute value. */
  readonly features: number
  /** Of every stage that survives the reader's rewriting. */
  readonly stages: readonly StageDifference[]
  /** The largest of all. */
  readonly largest: number
}

/** How far a reader is from timm on one backbone, with the made-up weights and the made-up image. */
export async function measureParity(reader: GraphReader, id: BackboneId): Promise<Parity> {
  const fixture = await readParityFixture(id)
  const graph = BACKBONES[id].build()
  const named = Object.entries(graph.stages).filter(([stage]) => stage in fixture.stages)
  const survives = new Set(
    reader.surviving(
      graph,
      named.map(([, tensor]) => tensor),
    ),
  )
  const compared = named.filter(([, tensor]) => survives.has(tensor))
  const outputs = [...new Set([graph.features, ...compared.map(([, tensor]) => tensor)])]
  const computed = await reader.compute(graph, madeUpWeights(graph), madeUpImage(graph), outputs)
  const features = featureDifference(fixture, computed[graph.features]!)
  const stages = compared.map(([stage, tensor]) => ({
    stage,
    difference: stageDifference(fixture, stage, computed[tensor]!),
  }))
  const largest = stages.reduce((most, { difference }) => Math.max(most, difference), features)
  return { features, stages, largest }
}

function madeUpImage({ size }: BackboneGraph): Float32Array {
  return nchwToNhwc(uniform('input', 3 * size * size), size, size)
}

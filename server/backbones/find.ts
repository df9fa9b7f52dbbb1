import type { BackboneGraph } from '../../lib/backbone/graph.ts'
import { BACKBONES, backboneEntry } from '../../lib/backbone/registry.ts'
import { type Looks, needsFeatureMap } from '../../lib/classify/look.ts'
import { nearest } from '../../lib/nearest.ts'
import type { Preprocessing } from '../../lib/preprocess/preprocessing.ts'
import { Problem } from '../../lib/problem.ts'
import { graphOfImported, type ImportedBackbone, listImported, readImported } from './imported.ts'

/** A backbone that a run can name: one of the registry, or an imported network that only runs as it is. */
export type FoundBackbone = {
  readonly id: string
  readonly title: string
  readonly preprocess: Preprocessing
  /** Of an imported network it begins with the features. */
  readonly graph: () => BackboneGraph
  readonly imported?: ImportedBackbone
}

/** @throws Problem `backbones/unknown` that suggests the nearest name. */
export async function findBackbone(id: string, { dataDir }: { dataDir: string }): Promise<FoundBackbone> {
  if (Object.hasOwn(BACKBONES, id)) {
    const { title, preprocess, build } = backboneEntry(id)
    return { id, title, preprocess, graph: build }
  }
  const imported = await readImported(dataDir, id)
  if (imported)
    return {
      id,
      title: id,
      preprocess: imported.preprocess,
      graph: () => graphOfImported(imported),
      imported,
    }
  const known = [...Object.keys(BACKBONES), ...(await listImported(dataDir)).map(({ name }) => name)]
  throw new Problem('backbones/unknown', {
    says: `There is no backbone "${id}".`,
    advice: `Did you mean ${nearest(id, known)}? Known: ${known.join(', ')}.`,
  })
}

/**
 * Refuses what an imported network can't do: it is frozen, and has no feature map to look at.
 *
 * @throws Problem `backbones/frozen-only`, `backbones/no-feature-map`.
 */
export function demandPossible(
  { id, imported }: FoundBackbone,
  { strategy, looks }: { strategy: string; looks: Looks },
): void {
  if (!imported) return
  if (strategy !== 'feature-extraction') {
    throw new Problem('backbones/frozen-only', {
      says: `"${id}" came as an ONNX file: it can't be fine-tuned.`,
      advice: 'Choose the strategy "feature-extraction", or one of the built-in backbones.',
    })
  }
  if (needsFeatureMap(looks)) {
    throw new Problem('backbones/no-feature-map', {
      says: `A second look needs the last feature map, and "${id}" came as an ONNX file that gives its features alone.`,
      advice: 'Choose looks=whole, looks=centre, or one of the built-in backbones.',
    })
  }
}

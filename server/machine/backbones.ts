import type { Backbone } from '../../lib/api/machine.ts'
import { costOfGroups } from '../../lib/backbone/cost.ts'
import type { BackboneEntry } from '../../lib/backbone/graph.ts'
import { BACKBONES } from '../../lib/backbone/registry.ts'
import { type ImportedBackbone, listImported } from '../backbones/imported.ts'
import { weightsState } from '../weights/load.ts'

type Facts = Omit<Backbone, 'weights'>

/** Building ten graphs takes a moment, and they never change: once per process. */
let facts: Facts[] | undefined

/** Every backbone, and where its weights are; imported networks after those of the registry. */
export async function listBackbones(dataDir: string): Promise<Backbone[]> {
  facts ??= Object.entries(BACKBONES).map(([id, entry]) => factsOf(id, entry))
  const own = await Promise.all(
    facts.map(async (fact) => ({ ...fact, weights: await weightsState(fact.id, { dataDir }) })),
  )
  return [...own, ...(await listImported(dataDir)).map(importedFacts)]
}

function factsOf(
  id: string,
  { title, build, preprocess, imagenetTop1, paper, weights }: BackboneEntry,
): Facts {
  const groups = [...costOfGroups(build())].map(([name, { parameters, flops }]) => ({
    name,
    parameters,
    gflops: flops / 1e9,
  }))
  const sum = (pick: (group: (typeof groups)[number]) => number) =>
    groups.reduce((total, group) => total + pick(group), 0)
  return {
    id,
    title,
    size: preprocess.size,
    parameters: sum(({ parameters }) => parameters),
    gflops: sum(({ gflops }) => gflops),
    ...(imagenetTop1 !== undefined && { imagenetTop1 }),
    paper,
    frozenOnly: false,
    licence: weights.licence,
    groups,
  }
}

function importedFacts({ name, preprocess, parameters }: ImportedBackbone): Backbone {
  return {
    id: name,
    title: name,
    size: preprocess.size,
    parameters,
    frozenOnly: true,
    weights: 'imported',
    groups: [],
  }
}

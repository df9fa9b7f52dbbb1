import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backboneEntry } from '../../lib/backbone/registry.ts'
import { madeUpWeights } from '../../lib/backbone/weights/made-up.ts'
import { writeSafetensors } from '../../lib/backbone/weights/safetensors.ts'
import { type RecipeName, recipeNamed } from '../../lib/recipes/recipes.ts'
import { drawShapes, whippetJson } from './whippet.ts'

/**
 * The tutorial's recipes from weights to a judged model, as people type them. Its weights can't be had everywhere; made-up ones
 * take the same way.
 */

const everything = process.env.WHIPPET_ALL === '1'

let folder: string
let data: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whippet-recipes-'))
  data = join(folder, 'data')
  await drawShapes(join(folder, 'shapes'), 5)
  await whippetJson(data, 'import', join(folder, 'shapes'), '--name', 'shapes', '--shares', '80,0,20')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function trainByRecipe(name: RecipeName) {
  const { backbone } = recipeNamed(name)
  const weights = madeUpWeights(backboneEntry(backbone).build())
  const file = join(folder, `${backbone}.safetensors`)
  writeFileSync(
    file,
    writeSafetensors(new Map(weights.names().map((weight) => [weight, weights.get(weight)]))),
  )
  await whippetJson(data, 'backbones', 'import', backbone, file)
  const trained = await whippetJson(data, 'train', '--dataset', 'shapes', '--recipe', name)
  expect(trained).toMatchObject({ status: 'succeeded', top1: expect.any(Number) })
}

test('tutorial-resnet50 trains its classifier to the end and is judged', () =>
  trainByRecipe('tutorial-resnet50'))

test.for(['tutorial-inception-v4', 'tutorial-nasnet-a-large'] as const)(
  '%s does so too',
  async (name, ctx) => {
    if (!everything) ctx.skip('it takes a minute: WHIPPET_ALL=1 runs it')
    await trainByRecipe(name)
  },
)

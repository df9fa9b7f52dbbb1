import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type ParityFixture, parityFixtureSchema } from '../../lib/backbone/parity/fixture.ts'
import { BACKBONES, type BackboneId } from '../../lib/backbone/registry.ts'

/** The backbones that timm's figures are there of; the others are further sizes of these. */
export const PARITY_BACKBONES: readonly BackboneId[] = (Object.keys(BACKBONES) as BackboneId[]).filter((id) =>
  existsSync(fileOf(id)),
)

export async function readParityFixture(id: BackboneId): Promise<ParityFixture> {
  return parityFixtureSchema.parse(JSON.parse(await readFile(fileOf(id), 'utf8')))
}

function fileOf(id: BackboneId): URL {
  return new URL(`../../lib/backbone/parity/${id}.json`, import.meta.url)
}

import { readFile } from 'node:fs/promises'
import { type ParityFixture, parityFixtureSchema } from '../../lib/backbone/parity/fixture.ts'
import type { BackboneId } from '../../lib/backbone/registry.ts'

export async function readParityFixture(id: BackboneId): Promise<ParityFixture> {
  const file = new URL(`../../lib/backbone/parity/${id}.json`, import.meta.url)
  return parityFixtureSchema.parse(JSON.parse(await readFile(file, 'utf8')))
}

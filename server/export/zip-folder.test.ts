import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import yauzl from 'yauzl'
import { zipFolder } from './zip-folder.ts'

test('a folder comes out of its zip again, with its parts and as long as was said', async () => {
  const place = await mkdtemp(join(tmpdir(), 'whippet-zip-'))
  try {
    const folder = join(place, 'bundle')
    await mkdir(join(folder, 'float16'), { recursive: true })
    const files = { 'float16/weights.bin': Buffer.alloc(100_000, 7), 'labels.txt': Buffer.from('Café\n') }
    for (const [path, bytes] of Object.entries(files)) await writeFile(join(folder, path), bytes)
    const { stream, sizeBytes } = await zipFolder(folder)
    const out = join(place, 'bundle.zip')
    const written = createWriteStream(out)
    await pipeline(stream, written)
    expect(written.bytesWritten).toBe(sizeBytes)

    const zip = await yauzl.openPromise(out)
    const found: Record<string, Buffer> = {}
    for await (const entry of zip.eachEntry()) {
      found[entry.fileName] = await buffer(await zip.openReadStreamPromise(entry))
    }
    expect(found).toEqual(files)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
})

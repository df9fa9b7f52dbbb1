import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from './open.ts'
import { requireRoom } from './room.ts'
import { madeUpVersion, settingsFor } from './testing/made-up.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-pglite-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

test('no event that was acknowledged is lost when the process is killed', async () => {
  const store = await openStore({ dataDir })
  const version = await store.datasets.create(madeUpVersion('dogs'))
  const { id } = await store.runs.create(settingsFor(version), version)
  await store.close()
  let acknowledged = 1
  for (const enough of [5, 40]) {
    const writer = spawn(process.execPath, [
      fileURLToPath(new URL('./testing/append-forever.ts', import.meta.url)),
      dataDir,
      id,
    ])
    const ended = new Promise((resolve) => writer.once('exit', (_code, signal) => resolve(signal)))
    const target = acknowledged + enough
    for await (const line of createInterface(writer.stdout)) {
      acknowledged = Number(line)
      if (acknowledged >= target) writer.kill('SIGKILL')
    }
    expect(await ended).toBe('SIGKILL')
    expect(acknowledged).toBeGreaterThanOrEqual(target)
    const again = await openStore({ dataDir })
    const seqs = (await again.runs.events(id)).map(({ seq }) => seq)
    expect(seqs.length).toBeGreaterThanOrEqual(acknowledged)
    expect(seqs).toEqual(seqs.map((_, i) => i + 1))
    await again.close()
    acknowledged = seqs.length
  }
})

test('a disk with too little room is said to be full before anything is written', async () => {
  await requireRoom(dataDir, 0)
  await expect(requireRoom(dataDir, 2 ** 60)).rejects.toMatchObject({
    code: 'store/disk-full',
    says: expect.stringMatching(/MB are free, it needs 1,099,511,627,808 MB/),
  })
})

test('a folder that holds something else is said to be damaged, and left as it is', async () => {
  writeFileSync(join(dataDir, 'database'), 'not a folder')
  await expect(openStore({ dataDir })).rejects.toMatchObject({
    code: 'store/damaged',
    says: expect.stringContaining(join(dataDir, 'database')),
  })
})

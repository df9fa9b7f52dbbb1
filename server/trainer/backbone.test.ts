import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BACKBONES } from '../../lib/backbone/registry.ts'
import { madeUpWeights } from '../../lib/backbone/weights/made-up.ts'
import { writeSafetensors } from '../../lib/backbone/weights/safetensors.ts'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { runSettingsSchema } from '../../lib/run/settings.ts'
import { openHome } from '../weights/download/testing/home.ts'
import { prepareBackbone } from './backbone.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-prepare-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

test('at a backbone’s first use its weights are downloaded, and the log is told how far', async () => {
  const made = madeUpWeights(BACKBONES.mobilenetv2_100.build())
  const file = writeSafetensors(new Map(made.names().map((name) => [name, made.get(name)])))
  const home = await openHome(Buffer.from(file))
  process.env.WHIPPET_WEIGHTS_HOME = home.url
  try {
    const settings = runSettingsSchema.parse({
      dataset: 'd',
      backbone: 'mobilenetv2_100',
      strategy: 'feature-extraction',
    })
    const events: NewRunEvent[] = []
    const context = { emit: (event: NewRunEvent) => events.push(event), stop: new AbortController().signal }
    const first = await prepareBackbone(settings, 3, dataDir, context)
    const { length } = file
    expect(events.at(-1)).toEqual({ type: 'download', receivedBytes: length, totalBytes: length })
    events.length = 0
    const second = await prepareBackbone(settings, 3, dataDir, context)
    expect(second.weightsHash).toBe(first.weightsHash)
    expect(events).toEqual([])
  } finally {
    delete process.env.WHIPPET_WEIGHTS_HOME
    await home.close()
  }
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Measured, readCalibration, writeCalibration } from './record.ts'

let dataDir: string
let file: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-calibration-'))
  file = join(dataDir, 'calibration.json')
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const CPU = [{ id: 'cpu' }]
const measured = (speed: number, id = 'cpu'): Measured => ({
  id,
  device: 'a processor',
  engine: 'one',
  inferenceGflopsPerSecond: { dense: speed, separable: speed },
  trainingGflopsPerSecond: { dense: speed, separable: speed },
})

test('each device keeps what was measured of it last; of others nobody knows', async () => {
  await writeCalibration(dataDir, measured(1))
  await writeCalibration(dataDir, measured(2, 'cuda:0'))
  await writeCalibration(dataDir, measured(3))
  expect(await readCalibration(dataDir, CPU)).toEqual([measured(3)])
  expect(await readCalibration(dataDir, [{ id: 'cuda:0' }, { id: 'cuda:1' }])).toEqual([
    measured(2, 'cuda:0'),
  ])
})

test('a data folder that comes from another machine tells nothing about this one', async () => {
  await writeCalibration(dataDir, measured(1))
  const { machines, ...rest } = JSON.parse(readFileSync(file, 'utf8'))
  const elsewhere = { ...rest, machines: { 'a faster one': Object.values(machines)[0] } }
  writeFileSync(file, JSON.stringify(elsewhere))
  expect(await readCalibration(dataDir, CPU)).toEqual([])
})

test('a damaged record, or one of another version, counts as none', async () => {
  for (const text of ['{"device": ', '{"device":"cpu","inferenceGflopsPerSecond":1}']) {
    writeFileSync(file, text)
    expect(await readCalibration(dataDir, CPU)).toEqual([])
  }
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCalibration, recordCalibration } from './calibration.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-calibration-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

test('nothing is known before both speeds were measured', async () => {
  await recordCalibration(dataDir, { device: 'cpu', trainingGflopsPerSecond: 5 })
  expect(await readCalibration(dataDir)).toBeUndefined()
})

test('what was not measured again stays as it was', async () => {
  await recordCalibration(dataDir, {
    device: 'cpu',
    inferenceGflopsPerSecond: 40,
    trainingGflopsPerSecond: 5,
  })
  await recordCalibration(dataDir, { device: 'cpu', trainingGflopsPerSecond: 6 })
  expect(await readCalibration(dataDir)).toEqual({
    device: 'cpu',
    inferenceGflopsPerSecond: 40,
    trainingGflopsPerSecond: 6,
  })
})

test('a damaged record counts as none', async () => {
  writeFileSync(join(dataDir, 'calibration.json'), '{"device": ')
  expect(await readCalibration(dataDir)).toBeUndefined()
})

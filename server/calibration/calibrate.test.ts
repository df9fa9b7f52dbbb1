import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { detectDevices } from '../devices/detect.ts'
import { calibrate } from './calibrate.ts'
import { type Measured, readCalibration } from './record.ts'

const devices = await detectDevices({ wanted: 'cpu' })
let dataDir: string
beforeEach(() => {
  vi.stubEnv('WHIPPET_CALIBRATE', '')
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-calibration-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dataDir, { recursive: true })
})

test('nothing is measured where that is switched off', async () => {
  vi.stubEnv('WHIPPET_CALIBRATE', '0')
  const start = () => {
    throw new Error('started')
  }
  expect(await calibrate(dataDir, { devices, start })).toEqual([])
  await expect(calibrate(dataDir, { devices, start, again: true })).rejects.toThrow('started')
})

test('this machine is measured in a child process, and the next call remembers', async () => {
  const measured = await calibrate(dataDir, { devices })
  const [{ inferenceGflopsPerSecond: inference, trainingGflopsPerSecond: training }] = measured as [Measured]
  for (const speed of [inference.dense, inference.separable, training.dense, training.separable])
    expect(speed).toBeGreaterThan(0)
  expect(await readCalibration(dataDir, devices)).toEqual(measured)
  // Measured again it would hardly come to the same figures.
  expect(await calibrate(dataDir, { devices })).toEqual(measured)
}, 120_000)

test('a calibrator that dies is a problem, and nothing is remembered', async () => {
  const silent = join(dataDir, 'dies.mjs')
  writeFileSync(silent, 'process.exit(7)')
  await expect(
    calibrate(dataDir, { devices, start: () => fork(silent, { execArgv: [] }) }),
  ).rejects.toMatchObject({
    code: 'calibration/failed',
    says: expect.stringContaining('exit status 7'),
  })
  expect(await readCalibration(dataDir, devices)).toEqual([])
})

test('it ends when it is told to', async () => {
  const end = new AbortController()
  const measured = calibrate(dataDir, { devices, signal: end.signal })
  end.abort(new Error('enough'))
  await expect(measured).rejects.toThrow('enough')
})

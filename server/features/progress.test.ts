import { expect, test } from 'vitest'
import { type ExtractionProgress, progressMeter } from './progress.ts'

test('progress comes at the start, five times a second at most, and at the end', () => {
  const { reports, meter, clock } = metered({ total: 100, fromCache: 10 })
  meter(0)
  for (let extracted = 1; extracted <= 90; extracted++) {
    clock.ms += 10
    meter(extracted)
  }
  expect(reports.map(({ done }) => done)).toEqual([10, 30, 50, 70, 90, 100])
  expect(reports.at(-1)).toMatchObject({
    done: 100,
    total: 100,
    fromCache: 10,
    imagesPerSecond: 100,
    etaSeconds: 0,
  })
})

test('speed and time left go by the last seconds, not by a slow start', () => {
  const { reports, meter, clock } = metered({ total: 10_000, fromCache: 0 })
  meter(0)
  clock.ms += 60_000
  meter(10)
  for (let extracted = 11; extracted <= 1_010; extracted++) {
    clock.ms += 10
    meter(extracted)
  }
  expect(reports.at(-1)!.imagesPerSecond).toBeCloseTo(100, 0)
  expect(reports.at(-1)!.etaSeconds).toBeCloseTo(89.9, 0)
})

test('before anything is extracted there is no speed and no time left', () => {
  const { reports, meter } = metered({ total: 5, fromCache: 5 })
  meter(0)
  expect(reports).toEqual([{ done: 5, total: 5, fromCache: 5, imagesPerSecond: 0 }])
})

function metered(counts: { total: number; fromCache: number }) {
  const reports: ExtractionProgress[] = []
  const clock = { ms: 0 }
  const meter = progressMeter(
    counts,
    (progress) => reports.push(progress),
    () => clock.ms,
  )
  return { reports, meter, clock }
}

import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { deviceMemories, gpuMemories } from './memory.ts'

test('each line of the driver is a GPU; words without figures are none', () => {
  expect(gpuMemories('0, 81559\n1, 15360\n')).toEqual(
    new Map([
      [0, 81559 * 2 ** 20],
      [1, 15360 * 2 ** 20],
    ]),
  )
  expect(gpuMemories('No devices were found\n')).toEqual(new Map())
})

test('processors that are simulated share what there is', async () => {
  const cpu = (index: number) => ({ id: `cpu:${index}`, kind: 'cpu' as const, index, threads: 1 })
  const [whole] = await deviceMemories([cpu(0)])
  const halves = await deviceMemories([cpu(0), cpu(1)])
  expect(whole!.memoryBytes).toBeLessThanOrEqual(totalmem())
  expect(halves).toEqual([0, 1].map((n) => ({ device: `cpu:${n}`, memoryBytes: whole!.memoryBytes / 2 })))
})

import { expect, test } from 'vitest'
import { deviceUses } from './use.ts'

test('the processor shows its share since the last reading, and the memory of the machine', async () => {
  const readings = [
    [{ times: { user: 0, sys: 0, idle: 100 } }],
    [{ times: { user: 60, sys: 15, idle: 125 } }],
    [{ times: { user: 60, sys: 15, idle: 225 } }],
  ]
  const read = deviceUses({ cores: () => readings.shift()! })
  const cpu = { id: 'cpu', kind: 'cpu' } as const
  const first = (await read([cpu]))[0]!
  expect(first.utilisation).toBeCloseTo(0.75)
  expect(first.memory!.usedBytes).toBeLessThan(first.memory!.totalBytes)
  expect((await read([cpu]))[0]?.utilisation).toBe(0)
})

test('a GPU shows what its driver says; a driver that does not answer leaves it unknown', async () => {
  const gpu = { id: 'cuda:1', kind: 'cuda' } as const
  const told = deviceUses({ askDriver: async () => '0, 5, 1, 2, 3\n1, 50, 1, 2, 33' })
  expect(await told([gpu])).toMatchObject([{ id: 'cuda:1', utilisation: 0.5, temperature: 33 }])
  const silent = deviceUses({ askDriver: () => Promise.reject(new Error('ENOENT')) })
  expect(await silent([gpu])).toEqual([{ id: 'cuda:1' }])
})

import { expect, test, vi } from 'vitest'
import type { TeamTask } from '../../features/team/team.ts'
import type { Extractions, Slice } from '../../store/extractions.ts'
import { helperOf } from './help.ts'

const TASK: TeamTask = {
  backbone: 'tf_efficientnet_lite0',
  weightsHash: 'w',
  preprocessing: {
    size: 224,
    resize: 'squash',
    cropFraction: 1,
    interpolation: 'bicubic',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  },
  looks: 'whole',
}

/** An extraction with so many parts, in this process. */
function desk(parts: number) {
  const free: Slice[] = Array.from({ length: parts }, (_, index) => ({
    extraction: 'e',
    index,
    pictures: [`p${index}`],
  }))
  const held: Slice[] = []
  const done: number[] = []
  const extractions = {
    free: async () => (free.length > 0 ? [{ id: 'e', run: 'r', task: TASK }] : []),
    async claim() {
      const slice = free.shift()
      if (slice) held.push(slice)
      return slice
    },
    async done({ index }: Pick<Slice, 'index'>) {
      done.push(index)
      return true
    },
    async release() {
      free.unshift(...held.filter(({ index }) => !done.includes(index)))
    },
  } as unknown as Extractions
  return { extractions, free, done }
}

const settings = { worker: () => 'me', dataDir: '/nowhere', devices: [], isIdle: () => true }

test('parts are done one after the other until none is free', async () => {
  const { extractions, done } = desk(3)
  const extract = vi.fn(async () => undefined)
  const helper = helperOf({ ...settings, extractions, extract })
  helper.look()
  await vi.waitFor(() => expect(done).toEqual([0, 1, 2]))
  expect(extract).toHaveBeenNthCalledWith(2, expect.objectContaining({ pictures: ['p1'], task: TASK }))
  await helper.close()
})

test('who has runs of its own takes no part', async () => {
  const { extractions, done, free } = desk(3)
  let idle = true
  const helper = helperOf({
    ...settings,
    extractions,
    isIdle: () => idle,
    extract: async () => {
      idle = false
    },
  })
  helper.look()
  await vi.waitFor(() => expect(done).toEqual([0]))
  await helper.close()
  expect(free).toHaveLength(2)
})

test('a part that fails here is given back, and this extraction is left to others', async () => {
  const { extractions, done, free } = desk(2)
  const extract = vi.fn(() => Promise.reject(new Error('no such weights')))
  const helper = helperOf({ ...settings, extractions, extract })
  helper.look()
  await vi.waitFor(() => expect(free).toHaveLength(2))
  helper.look()
  await helper.close()
  expect([extract.mock.calls.length, done]).toEqual([1, []])
})

test('a worker that ends gives back what it is at', async () => {
  const { extractions, free } = desk(1)
  const helper = helperOf({
    ...settings,
    extractions,
    extract: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  helper.look()
  await vi.waitFor(() => expect(free).toHaveLength(0))
  await helper.close()
  expect(free).toHaveLength(1)
})

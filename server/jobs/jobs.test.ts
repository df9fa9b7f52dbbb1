import { expect, test } from 'vitest'
import { MOST_JOBS } from '../../lib/api/jobs.ts'
import { Problem } from '../../lib/problem.ts'
import { openJobs } from './jobs.ts'

test('jobs are done one after the other, and what one comes to can be asked for', async () => {
  const jobs = openJobs<string>()
  const order: string[] = []
  let go: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    go = resolve
  })
  const first = jobs.start(async (_, { onProgress }) => {
    onProgress({ done: 1, total: 2 })
    await held
    order.push('first')
    return 'one'
  })
  const second = new Promise<void>((resolve) => {
    jobs.start(async () => {
      order.push('second')
      resolve()
      return 'two'
    })
  })
  expect(first.status).toBe('waiting')
  await Promise.resolve()
  expect(jobs.find(first.id)).toMatchObject({ status: 'running', done: 1, total: 2 })
  go()
  await second
  expect(order).toEqual(['first', 'second'])
  expect(jobs.find(first.id)).toMatchObject({ status: 'succeeded', result: 'one' })
})

test('a job that fails says why, and the next one is done', async () => {
  const jobs = openJobs<number>()
  const failed = jobs.start(async () => {
    throw new Problem('some/trouble', { says: 'It went wrong.' })
  })
  const done = new Promise<string>((resolve) => {
    jobs.start(async (id) => {
      resolve(id)
      return 7
    })
  })
  const id = await done
  await jobs.close()
  expect(jobs.find(failed.id)).toMatchObject({ status: 'failed', problem: { code: 'some/trouble' } })
  expect(jobs.find(id)).toMatchObject({ result: 7 })
})

test('of many jobs the oldest results are forgotten', async () => {
  const forgotten: string[] = []
  const jobs = openJobs<number>((id) => forgotten.push(id))
  const ids: string[] = []
  for (let n = 0; n < MOST_JOBS + 3; n++) {
    await new Promise<void>((resolve) => {
      const work = async () => {
        resolve()
        return n
      }
      ids.push(jobs.start(work).id)
    })
    await new Promise(setImmediate)
  }
  expect(forgotten).toEqual(ids.slice(0, 3))
  expect(jobs.find(ids[0]!)).toBeUndefined()
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewRunEvent } from '../../../lib/run/events.ts'
import { runAttempt } from '../attempt.ts'
import type { Job } from '../job.ts'
import { type MadeUpPictures, madeUpPictures } from './testing/made-up-pictures.ts'

let made: MadeUpPictures
beforeAll(async () => {
  made = await madeUpPictures(10)
}, 60_000)
afterAll(() => made.remove())

test('an extended run goes on at the epoch where it ended; its cosine begins once more', async () => {
  const job = made.job('cosine', 'partial-fine-tuning', [
    'epochs=2',
    'views=2',
    'batchSize=4',
    'headFirst=false',
  ])
  const first = points(await attempt(job))
  const rest = await attempt({ ...job, extensions: [{ after: 2, epochs: 2 }] })
  expect(rest.find(({ type }) => type === 'resumed')).toMatchObject({ epoch: 2, batch: 0 })
  expect(points(rest).map(({ step }) => step)).toEqual([3, 4])
  // Down, up at the restart, down again.
  const rates = [...first, ...points(rest)].map(({ learningRate }) => learningRate!)
  expect(rates[1]).toBeLessThan(rates[0]!)
  expect(rates[2]).toBeCloseTo(rates[0]!, 12)
  expect(rates[3]).toBeCloseTo(rates[1]!, 12)
})

test('a constant rate goes on: two and two epochs are four', async () => {
  const pairs = ['views=2', 'batchSize=4', 'headFirst=false', 'schedule=constant', 'optimizer=adam']
  const whole = points(await attempt(made.job('four', 'partial-fine-tuning', [...pairs, 'epochs=4'])))
  const job = made.job('two', 'partial-fine-tuning', [...pairs, 'epochs=2'])
  const first = points(await attempt(job))
  const rest = points(await attempt({ ...job, extensions: [{ after: 2, epochs: 2 }] }))
  expect([...first, ...rest]).toEqual(whole)
})

test('a phase that ended for want of improvement goes on when it is extended', async () => {
  const pairs = [
    'epochs=9',
    'earlyStopping=1',
    'learningRate=1e-12',
    'views=1',
    'batchSize=4',
    'headFirst=false',
  ]
  const job = made.job('patient', 'partial-fine-tuning', pairs)
  const ended = points(await attempt(job)).length
  expect(ended).toBeLessThan(9)
  const rest = points(await attempt({ ...job, extensions: [{ after: ended, epochs: 1 }] }))
  expect(rest.map(({ step }) => step)).toEqual([ended + 1])
})

async function attempt(job: Job): Promise<NewRunEvent[]> {
  const events: NewRunEvent[] = []
  await runAttempt(job, { emit: (event) => events.push(event), stop: new AbortController().signal })
  expect(events.at(-1)).toEqual({ type: 'succeeded' })
  return events
}

function points(events: readonly NewRunEvent[]) {
  return events.flatMap((event) => {
    if (event.type !== 'point') return []
    const { etaSeconds: _, ...point } = event
    return [point]
  })
}

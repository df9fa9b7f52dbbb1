import { expect, test } from 'vitest'
import type { NewRunEvent } from '../../lib/run/events.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import { attemptOf } from '../../lib/run/testing/logs.ts'
import { shownDevices } from './shown.ts'

const cpu = { id: 'cpu', kind: 'cpu', index: 0, threads: 2, title: 'CPU' } as const
const extracting: NewRunEvent[] = [
  { type: 'phase', phase: 'extracting' },
  { type: 'extraction', done: 5, total: 10, fromCache: 0, imagesPerSecond: 42 },
]
const training: NewRunEvent[] = [
  { type: 'training-phase', index: 0, count: 1, name: 'fine-tuning', epochs: 1 },
  {
    type: 'step',
    series: 'fine-tuning',
    epoch: 1,
    batch: 1,
    batches: 9,
    loss: 1,
    learningRate: 1,
    imagesPerSecond: 30,
  },
]
const runAfter = (...events: NewRunEvent[]) =>
  attemptOf({ type: 'started', pid: 1 }, ...events).reduce<Run | undefined>(reduceRun, undefined)!
const run = runAfter(...extracting)
const find = (id: string) => (id === run.id ? run : undefined)

test('a device shows the run that holds it here, and how fast that goes', () => {
  expect(shownDevices({ machine: 'mine', devices: [cpu], team: [], holder: () => run.id, find })).toEqual([
    { id: 'cpu', title: 'CPU', run: run.id, imagesPerSecond: 42 },
  ])
})

test('a device whose run is over is free, also while its process clears up', () => {
  expect(
    shownDevices({ machine: 'mine', devices: [cpu], team: [], holder: () => 'over', find: () => undefined }),
  ).toEqual([{ id: 'cpu', title: 'CPU' }])
})

test('workers’ devices follow under the name of their machine; its own stand once, also where another process has them', () => {
  const team = [
    { machine: 'mine', id: 'cpu', title: 'CPU', run: run.id },
    { machine: 'gpu-box', id: 'cuda:0', title: 'a GPU', run: 'another' },
    { machine: 'gpu-box', id: 'cuda:1', title: 'a GPU', run: undefined },
  ]
  expect(shownDevices({ machine: 'mine', devices: [cpu], team, holder: () => undefined, find })).toEqual([
    { id: 'cpu', title: 'CPU', run: run.id, imagesPerSecond: 42 },
    { machine: 'gpu-box', id: 'cuda:0', title: 'a GPU', run: 'another' },
    { machine: 'gpu-box', id: 'cuda:1', title: 'a GPU' },
  ])
})

test('devices that train together have equal shares of the images per second', () => {
  const both = runAfter(...extracting, ...training)
  const devices = [cpu, { ...cpu, id: 'cpu:1', index: 1 }]
  const shown = shownDevices({ machine: 'mine', devices, team: [], holder: () => both.id, find: () => both })
  expect(shown.map(({ imagesPerSecond }) => imagesPerSecond)).toEqual([15, 15])
})

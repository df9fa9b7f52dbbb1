import fc from 'fast-check'
import type { NewRunEvent, RunEvent } from '../events.ts'

export const QUEUED: Extract<NewRunEvent, { type: 'queued' }> = {
  type: 'queued',
  run: '0tbtpbhazc',
  settings: {
    dataset: '0tbtp00000',
    backbone: 'tf_efficientnet_lite0',
    strategy: 'feature-extraction',
    looks: 'whole',
    solver: { kind: 'exact', refit: true },
    seed: 0,
  },
  dataset: {
    version: '0tbtp00000',
    name: 'dogs@1',
    classes: ['a', 'b'],
    counts: { train: 8, validation: 2, test: 2 },
  },
}

/** Events as the log numbers them, `seq` from 1; the first is always `queued`. */
export function logOf(entries: readonly { attempt: number; event: NewRunEvent }[]): RunEvent[] {
  return [{ attempt: 0, event: QUEUED }, ...entries].map(({ attempt, event }, i) => ({
    ...event,
    seq: i + 1,
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString(),
    attempt,
  }))
}

/** One attempt's events after `queued`. */
export function attemptOf(...events: NewRunEvent[]): RunEvent[] {
  return logOf(events.map((event) => ({ attempt: 1, event })))
}

const whole = fc.nat(1000)
const rate = fc.double({ min: 0, max: 1000, noNaN: true })

/** Anything that may happen to a run once it is queued, in no sensible order. */
export const anyEvent: fc.Arbitrary<NewRunEvent> = fc
  .oneof(
    fc.record({ type: fc.constant('started' as const), pid: whole }),
    fc.record({
      type: fc.constant('phase' as const),
      phase: fc.constantFrom(
        'preparing' as const,
        'extracting' as const,
        'training' as const,
        'evaluating' as const,
      ),
    }),
    fc.record({
      type: fc.constant('plan' as const),
      backbone: fc.constant('tf_efficientnet_lite0'),
      frozenGroups: fc.array(fc.string()),
      trainedGroups: fc.array(fc.string()),
      trainableParameters: whole,
      cut: fc.string(),
    }),
    fc.record({
      type: fc.constant('training-engine' as const),
      engine: fc.constantFrom('tensorflow', 'wasm'),
      title: fc.string(),
    }),
    fc.record({
      type: fc.constant('training-phase' as const),
      index: whole,
      count: whole,
      name: fc.string(),
      epochs: whole,
    }),
    fc.record({
      type: fc.constant('extraction' as const),
      done: whole,
      total: whole,
      fromCache: whole,
      imagesPerSecond: rate,
    }),
    fc.record({
      type: fc.constant('extracted' as const),
      pictures: whole,
      fromCache: whole,
      seconds: rate,
      imagesPerSecond: rate,
    }),
    fc.record({
      type: fc.constant('point' as const),
      series: fc.constantFrom('l2=0.001', 'l2=0.01', 'refit', '__proto__'),
      step: whole,
      loss: rate,
    }),
    fc.record({
      type: fc.constant('step' as const),
      series: fc.constantFrom('fine-tuning', 'stage 2'),
      epoch: fc.integer({ min: 1, max: 9 }),
      batch: fc.integer({ min: 1, max: 9 }),
      batches: whole,
      loss: rate,
      learningRate: rate,
      imagesPerSecond: rate,
    }),
    fc.record({
      type: fc.constant('l2-chosen' as const),
      l2: rate,
      validationLoss: rate,
      tried: fc.array(fc.record({ l2: rate, validationLoss: rate, validationTop1: rate }), { maxLength: 3 }),
    }),
    fc.record({
      type: fc.constant('reopened' as const),
      extension: fc.option(fc.record({ after: whole, epochs: fc.integer({ min: 1, max: 9 }) }), {
        nil: undefined,
      }),
    }),
    fc.record({
      type: fc.constant('resumed' as const),
      series: fc.constantFrom('l2=0.001', 'fine-tuning'),
      epoch: whole,
      batch: whole,
    }),
    fc.record({ type: fc.constant('head-fitted' as const), seconds: rate }),
    fc.constant({ type: 'stop-requested' as const }),
    fc.record({
      type: fc.constant('interrupted' as const),
      why: fc.constantFrom('vanished' as const, 'stuck' as const, 'closed' as const),
    }),
    fc.constant({ type: 'succeeded' as const }),
    fc.record({ type: fc.constant('stopped' as const), kept: fc.boolean() }),
    fc.record({
      type: fc.constant('failed' as const),
      problem: fc.record({ code: fc.constant('features/disk-full'), says: fc.string() }),
    }),
  )
  .map((event): NewRunEvent => event)

/** A log as the store lets it grow: attempts never go down. */
export const anyLog: fc.Arbitrary<RunEvent[]> = fc
  .array(fc.record({ newer: fc.nat(5), event: anyEvent }), { maxLength: 60 })
  .map((entries) => {
    let attempt = 0
    return logOf(
      entries.map(({ newer, event }) => {
        if (newer === 0) attempt++
        return { attempt, event }
      }),
    )
  })

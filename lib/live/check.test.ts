import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyEvent, logOf } from '../run/testing/logs.ts'
import { mismatch } from './check.ts'
import { contract } from './contract.ts'
import { eventsMessageSchema, overviewChangeSchema } from './protocol.ts'

const { arrivals, definitions } = contract()
const anyMessage = fc
  .array(anyEvent, { minLength: 1, maxLength: 5 })
  .map((events) => ({ runId: 'r', events: logOf(events.map((event) => ({ attempt: 1, event }))) }))

/** Every place inside a value, as a way to it. */
function placesOf(value: unknown, way: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [way]
  return [way, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...way, key]))]
}

function withReplaced(value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown {
  if (key === undefined) return by
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >
  copy[key] = withReplaced(copy[key], rest, by)
  return copy
}

describe('what arrives at a page', () => {
  test('passes when it is what the server may send', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(mismatch(arrivals.events, message, definitions)).toBeUndefined()
      }),
    )
  })

  test('is refused where zod refuses it: any value at any place', () => {
    const anything = fc.oneof(
      fc.constantFrom(null, undefined, '', -1, 0.5, 2, [], {}),
      fc.jsonValue({ maxDepth: 1 }),
    )
    fc.assert(
      fc.property(anyMessage, fc.nat(), anything, (message, at, by) => {
        const places = placesOf(message)
        const changed = withReplaced(message, places[at % places.length]!, by)
        const zod = eventsMessageSchema.safeParse(changed)
        // A missing key with a default is filled in by zod; what the server sends has it.
        if (zod.success && JSON.stringify(zod.data).length > JSON.stringify(changed).length) return
        expect(mismatch(arrivals.events, changed, definitions) === undefined).toBe(zod.success)
      }),
      { numRuns: 2000 },
    )
  })

  test('is refused with the place and the reason', () => {
    const machine = { imports: [], waiting: [], devices: [{ id: 'cpu', title: 'CPU' }] }
    const change = overviewChangeSchema.parse({ runs: [], machine })
    expect(mismatch(arrivals.overview, change, definitions)).toBeUndefined()
    const wrong = { runs: [], machine: { ...machine, devices: [{ id: 'cpu' }] } }
    expect(mismatch(arrivals.overview, wrong, definitions)).toBe('.machine.devices.0.title is missing')
  })

  test('is described in less than 45 kB, because every page carries it', () => {
    expect(JSON.stringify(contract()).length).toBeLessThan(45_000)
  })
})

test('a value may be of one of several types', () => {
  const schema = { type: ['number', 'string'] } as const
  expect([1, 'a'].map((value) => mismatch(schema, value, {}))).toEqual([undefined, undefined])
  expect(mismatch(schema, true, {})).toContain('is no number or string')
})

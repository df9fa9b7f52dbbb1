import fc from 'fast-check'
import { expect, test } from 'vitest'
import { routeNames } from './routes.ts'

const nameRoute = routeNames([
  '/api/runs',
  '/api/runs/{id}',
  '/api/runs/{id}/stop',
  '/s/{token}/pictures/{hash}',
])

test.each([
  ['/api/runs', '/api/runs'],
  ['/api/runs/r4k2', '/api/runs/{id}'],
  ['/api/runs/r4k2/stop', '/api/runs/{id}/stop'],
  ['/s/x/pictures/0', '/s/{token}/pictures/{hash}'],
  ['/api/uploads/0', '/api/uploads'],
  ['/_next/static/a.js', 'static'],
  ['/bundles/r4k2/model.json', 'bundle'],
  ['/s/x/bundle/weights/0.bin', 'bundle'],
  ['/api/runs/r4k2/nothing', 'other'],
  ['/metrics', '/metrics'],
  ['/runs/r4k2', 'page'],
])('%s is counted as %s', (path, name) => {
  expect(nameRoute(path)).toBe(name)
})

test('whatever is asked for, there are few names', () => {
  const names = new Set<string>()
  fc.assert(fc.property(fc.webPath(), (path) => void names.add(nameRoute(path))))
  fc.assert(fc.property(fc.webPath(), (path) => void names.add(nameRoute(`/api${path}`))))
  expect(names.size).toBeLessThanOrEqual(13)
})

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { engineSchema } from '../../../lib/api/engines.ts'
import { backboneSchema, deviceSchema, deviceSpeedSchema } from '../../../lib/api/machine.ts'
import { spaceSchema, trimmedSchema, trimWishSchema } from '../../../lib/api/space.ts'
import { problemSummarySchema } from '../../../lib/run/events.ts'
import type { Parts } from '../../parts.ts'
import { trimCache } from '../../retention/trim-cache.ts'
import { featureCacheFolder } from '../../trainer/split-features.ts'
import { answers, body, limitTo } from './describe.ts'

export function machineRoutes(api: OpenAPIHono, { services, worker, speed, engines }: Parts): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/space',
      summary:
        'Room on the disk, the reserve and the feature cache, and why no run is begun where that is so',
      responses: answers(z.object({ space: spaceSchema, paused: problemSummarySchema.optional() }), 'Bytes.'),
    }),
    async (c) => {
      const paused = worker.paused()
      return c.json({ space: await services.machine.space(), ...(paused && { paused }) }, 200)
    },
  )
  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/cache/trim',
      summary: 'Remove from the feature cache what was used the longest ago; what runs use stays',
      middleware: [limitTo(1)] as const,
      request: { body: body(trimWishSchema) },
      responses: answers(z.object({ trimmed: trimmedSchema }), 'What was removed.'),
    }),
    async (c) => {
      const { budgetGb } = c.req.valid('json')
      const { cacheBudgetBytes } = await services.machine.space()
      const budget = budgetGb === undefined ? cacheBudgetBytes : budgetGb * 1e9
      return c.json({ trimmed: await trimCache(featureCacheFolder(worker.dataDir), budget) }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/backbones',
      summary: 'Backbones, their layer groups, and where their weights are',
      responses: answers(z.object({ backbones: z.array(backboneSchema) }), 'Backbones.'),
    }),
    async (c) => c.json({ backbones: await services.machine.backbones() }, 200),
  )
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/devices',
      summary: 'Devices of this machine and of its workers, and which run holds each',
      responses: answers(z.object({ devices: z.array(deviceSchema) }), 'Devices.'),
    }),
    async (c) => c.json({ devices: await services.machine.devices() }, 200),
  )
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/speed',
      summary: 'How fast each device is; answers once that is measured, a few seconds at first',
      description:
        'In multiples of 10⁹ floating-point operations per second, for networks of dense and of depthwise convolutions. Empty while a run has the device, or where measuring failed.',
      responses: answers(z.object({ devices: z.array(deviceSpeedSchema) }), 'Speeds.'),
    }),
    async (c) => {
      await speed.known()
      await speed.settled()
      const { devices } = await speed.known()
      return c.json({ devices: [...devices] }, 200)
    },
  )
  const enginesAnswer = answers(z.object({ engines: z.array(engineSchema) }), 'Engines.')
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/engines',
      summary:
        'Engines of this machine: whether each passes its self-test, what for, how fast, how to get it',
      responses: enginesAnswer,
    }),
    async (c) => c.json({ engines: await engines.list() }, 200),
  )
  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/engines/measure',
      summary: 'Check all engines anew and measure their images/s; about a minute',
      responses: enginesAnswer,
    }),
    async (c) => c.json({ engines: await engines.measure() }, 200),
  )
}

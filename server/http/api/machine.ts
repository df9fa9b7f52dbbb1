import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { backboneSchema, deviceSchema } from '../../../lib/api/machine.ts'
import type { Parts } from '../../parts.ts'
import { answers } from './describe.ts'

export function machineRoutes(api: OpenAPIHono, { services }: Parts): void {
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
      summary: 'Devices of this machine, and which run holds them',
      responses: answers(z.object({ devices: z.array(deviceSchema) }), 'Devices.'),
    }),
    async (c) => c.json({ devices: await services.machine.devices() }, 200),
  )
}

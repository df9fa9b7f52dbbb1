import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { alertsAnswerSchema, alertWishSchema, shownAlertsSchema } from '../../../lib/alerts/alert.ts'
import { Problem } from '../../../lib/problem.ts'
import { sendTest } from '../../alerts/send-test.ts'
import { readAlertSettings, removeAlertSettings, shownOf, writeAlertSettings } from '../../alerts/settings.ts'
import { shownAlerts } from '../../alerts/shown.ts'
import type { Parts } from '../../parts.ts'
import { answers, body, limitTo } from './describe.ts'

/** Where alerts go: for those who may do everything. */
export function alertRoutes(api: OpenAPIHono, { worker: { dataDir }, alerts }: Parts): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/alerts',
      summary: 'Where alerts go, and what became of the last ones',
      responses: answers(
        alertsAnswerSchema,
        'The settings without their secret; null where nobody wants alerts.',
      ),
    }),
    async (c) => c.json(await shownAlerts(dataDir, alerts), 200),
  )

  api.openapi(
    createRoute({
      method: 'put',
      path: '/api/alerts',
      summary: 'Set where alerts go; the secret that signs them is made anew and told once',
      middleware: [limitTo(1)] as const,
      request: { body: body(alertWishSchema) },
      responses: answers(z.object({ alerts: shownAlertsSchema, secret: z.string() }), 'The settings.'),
    }),
    async (c) => {
      const settings = await writeAlertSettings(dataDir, c.req.valid('json'))
      return c.json({ alerts: shownOf(settings), secret: settings.secret }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/api/alerts',
      summary: 'Send no more alerts',
      responses: answers(z.object({ removed: z.literal(true) }), 'Nothing is sent any more.'),
    }),
    async (c) => {
      await removeAlertSettings(dataDir)
      return c.json({ removed: true as const }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/alerts/test',
      summary: 'Send a test alert at once',
      responses: answers(z.object({ delivered: z.literal(true) }), 'It was received.'),
    }),
    async (c) => {
      const settings = await readAlertSettings(dataDir)
      if (!settings) throw noAlerts()
      await sendTest(settings)
      return c.json({ delivered: true as const }, 200)
    },
  )
}

export function noAlerts(): Problem {
  return new Problem('alerts/unknown', {
    says: 'Nobody has said where alerts go.',
    advice: 'Set it with "whippet alerts set URL".',
  })
}

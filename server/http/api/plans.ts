import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { newPlanSchema, runPlanSchema } from '../../../lib/api/plans.ts'
import type { Parts } from '../../parts.ts'
import { planOf } from '../../worker/plan-of.ts'
import { answers, body, limitTo } from './describe.ts'

export function planRoutes(api: OpenAPIHono, { worker, speed }: Parts): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/plans',
      summary: 'What a run would do, cost and risk; nothing is started',
      description:
        'Takes what starts a run. A strategy that does not fit the backbone has a plan without phases whose problems say why the run would be refused: strategy/pattern-matches-nothing suggests near names.',
      middleware: [limitTo(1)] as const,
      request: { body: body(newPlanSchema) },
      responses: answers(z.object({ plan: runPlanSchema }), 'The plan.'),
    }),
    async (c) => c.json({ plan: await planOf(worker, speed, c.req.valid('json')) }, 200),
  )
}

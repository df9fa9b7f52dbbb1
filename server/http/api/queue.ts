import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { moveWishSchema, pauseWishSchema, queueStateSchema } from '../../../lib/api/queue.ts'
import type { Parts } from '../../parts.ts'
import { changed, moveRun, queueState } from '../../worker/answers.ts'
import { answers, body, name } from './describe.ts'

export function queueRoutes(api: OpenAPIHono, { worker }: Parts): void {
  const responses = answers(queueStateSchema, 'The queue: the first run is done next.')

  api.openapi(
    createRoute({ method: 'get', path: '/api/queue', summary: 'What waits, in its order', responses }),
    async (c) => c.json(await queueState(worker), 200),
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/queue/pause',
      summary: 'Begin no more runs; what runs goes on',
      request: { body: body(pauseWishSchema) },
      responses,
    }),
    async (c) => {
      const { reason } = c.req.valid('json')
      return c.json(await changed(worker, (queue) => queue.pause(reason)), 200)
    },
  )

  api.openapi(
    createRoute({ method: 'post', path: '/api/queue/resume', summary: 'Begin runs again', responses }),
    async (c) => c.json(await changed(worker, (queue) => queue.resume()), 200),
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/queue/{id}/move',
      summary: 'Give a run that waits another place',
      request: { params: z.object({ id: name }), body: body(moveWishSchema) },
      responses,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { to } = c.req.valid('json')
      return c.json(await changed(worker, (queue) => moveRun(worker, queue, id, to)), 200)
    },
  )
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { branchRunSchema, extendRunSchema, queuedRunSchema, runSummarySchema } from '../../../lib/api/runs.ts'
import { runEventSchema } from '../../../lib/run/events.ts'
import { runSchema } from '../../../lib/run/run.ts'
import type { Parts } from '../../parts.ts'
import { branchRun, extendRun, resumeRun } from '../../worker/again.ts'
import { queueRun } from '../../worker/queue-run.ts'
import { answers, body, limitTo, name } from './describe.ts'
import { runFinder } from './find-run.ts'

const params = z.object({ id: name })
/** A long log is read in parts: each `after` the last event of the one before. */
const stretch = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(100_000).optional(),
})

export function runRoutes(api: OpenAPIHono, { worker, services }: Parts): void {
  const findRun = runFinder(services)

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/runs',
      summary: 'Runs, the newest first',
      request: { query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }) },
      responses: answers(z.object({ runs: z.array(runSummarySchema) }), 'Runs on one line each.'),
    }),
    async (c) => c.json({ runs: await services.runs.list(c.req.valid('query').limit) }, 200),
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/runs',
      summary: 'Queue a run; all but the dataset has defaults',
      middleware: [limitTo(1)] as const,
      request: { body: body(queuedRunSchema) },
      responses: answers(z.object({ run: runSchema }), 'The run, queued.'),
    }),
    async (c) => c.json({ run: await queueRun(worker, c.req.valid('json')) }, 200),
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/runs/{id}',
      summary: 'A run as its log tells it, by its id or the beginning of it',
      request: { params },
      responses: answers(z.object({ run: runSchema }), 'The run.'),
    }),
    async (c) => c.json({ run: await findRun(c.req.valid('param').id) }, 200),
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/runs/{id}/events',
      summary: 'What happened to a run after event number `after`, in order; at most `limit` events of it',
      request: { params, query: stretch },
      responses: answers(
        z.object({ events: z.array(runEventSchema) }),
        'Events; none where nothing more happened.',
      ),
    }),
    async (c) => {
      const { id } = await findRun(c.req.valid('param').id)
      const { after, limit } = c.req.valid('query')
      return c.json({ events: await worker.store.runs.events(id, after, limit) }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/runs/{id}/resume',
      summary: 'A run that was stopped or failed goes on from its last checkpoint, in a new attempt',
      request: { params },
      responses: answers(z.object({ run: runSchema }), 'The run, queued again.'),
    }),
    async (c) => c.json({ run: await resumeRun(worker, c.req.valid('param').id) }, 200),
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/runs/{id}/extend',
      summary: 'A run that succeeded trains more epochs of its last phase',
      middleware: [limitTo(1)] as const,
      request: { params, body: body(extendRunSchema) },
      responses: answers(z.object({ run: runSchema }), 'The run, queued again.'),
    }),
    async (c) => {
      const { epochs } = c.req.valid('json')
      return c.json({ run: await extendRun(worker, c.req.valid('param').id, epochs) }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/runs/{id}/branch',
      summary:
        "Queue a new run that starts from this one's model, with its settings where nothing else is said",
      middleware: [limitTo(1)] as const,
      request: { params, body: body(branchRunSchema) },
      responses: answers(z.object({ run: runSchema }), 'The new run, queued.'),
    }),
    async (c) => {
      const run = await branchRun(worker, c.req.valid('param').id, c.req.valid('json'))
      return c.json({ run }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/runs/{id}/stop',
      summary: 'Stop a run at its next step and keep the best so far',
      request: { params },
      responses: answers(z.object({ run: runSchema }), 'The run, asked to stop.'),
    }),
    async (c) => {
      const { id } = await worker.stop(c.req.valid('param').id)
      return c.json({ run: await findRun(id) }, 200)
    },
  )
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { newTuneSchema, tuneSchema, tuneSummarySchema } from '../../../lib/api/tunes.ts'
import type { Parts } from '../../parts.ts'
import { answers, body, limitTo, name } from './describe.ts'

const params = z.object({ id: name })

/** Whoever waits asks again after so long. */
const LONGEST_WAIT_SECONDS = 30

const querySchema = z.object({
  known: z.string().max(200).optional(),
  wait: z.coerce.number().min(0).max(LONGEST_WAIT_SECONDS).default(0),
})

export function tuneRoutes(api: OpenAPIHono, { tunes }: Parts): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/tunes',
      summary: 'Begin a search for good settings; its trials are judged on the validation split',
      description:
        '`run` is what starts a run, and what all trials have in common. `search` has ranges and choices as on the command line: learningRate=1e-4..1e-1, looks=whole,centre. Without it, what is worth varying with the strategy is varied.',
      middleware: [limitTo(1)] as const,
      request: { body: body(newTuneSchema) },
      responses: answers(z.object({ tune: tuneSchema }), 'The tune, begun.'),
    }),
    async (c) => c.json({ tune: await tunes.start(c.req.valid('json')) }, 200),
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/tunes',
      summary: 'Tunes, the newest first',
      responses: answers(z.object({ tunes: z.array(tuneSummarySchema) }), 'Tunes on one line each.'),
    }),
    async (c) => c.json({ tunes: await tunes.list() }, 200),
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/tunes/{id}',
      summary: 'A tune with its trials and the best so far, by its id or the beginning of it',
      description:
        'With `known`, the revision that is known, and `wait`, in seconds, it is answered after the next change, or when the time is over.',
      request: { params, query: querySchema },
      responses: answers(z.object({ tune: tuneSchema }), 'The tune.'),
    }),
    async (c) => {
      const { known, wait } = c.req.valid('query')
      const { id } = c.req.valid('param')
      const tune = known === undefined ? tunes.find(id) : tunes.changed(id, known, wait * 1000)
      return c.json({ tune: await tune }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/tunes/{id}/stop',
      summary: 'Stop a tune: the trial that runs ends at its next step, the best so far stays',
      request: { params },
      responses: answers(z.object({ tune: tuneSchema }), 'The tune, asked to stop.'),
    }),
    async (c) => c.json({ tune: await tunes.stop(c.req.valid('param').id) }, 200),
  )
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { evaluationJobSchema, newEvaluationSchema } from '../../../lib/api/evaluations.ts'
import { exportJobSchema, newExportSchema } from '../../../lib/api/exports.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Parts } from '../../parts.ts'
import { zipAnswer } from '../files.ts'
import { answers, body, bytesOf, limitTo, name } from './describe.ts'
import { runFinder } from './find-run.ts'

const params = z.object({ id: name })

/** What is done with a run's model and takes longer than a request: judging it, and exporting it. */
export function modeRoutes(api: OpenAPIHono, { services, evaluations, exports }: Parts): void {
  const findRun = runFinder(services)

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/runs/{id}/evaluations',
      summary: "Judge a run's model on a split of its dataset, or on another dataset",
      middleware: [limitTo(8)] as const,
      request: { params, body: body(newEvaluationSchema) },
      responses: answers(z.object({ evaluation: evaluationJobSchema }), 'The evaluation, begun.'),
    }),
    async (c) => {
      const run = await findRun(c.req.valid('param').id)
      return c.json({ evaluation: await evaluations.start(run, c.req.valid('json')) }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/evaluations/{id}',
      summary: 'How an evaluation goes, and what it came to',
      request: { params },
      responses: answers(z.object({ evaluation: evaluationJobSchema }), 'The evaluation.'),
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      return c.json({ evaluation: evaluations.find(id) ?? unknownJob('evaluation', id) }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/runs/{id}/exports',
      summary: "Export a run's model: a bundle that is checked against the server before it is kept",
      middleware: [limitTo(1)] as const,
      request: { params, body: body(newExportSchema) },
      responses: answers(z.object({ export: exportJobSchema }), 'The export, begun.'),
    }),
    async (c) => {
      const { id } = await findRun(c.req.valid('param').id)
      return c.json({ export: exports.start(id, c.req.valid('json')) }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/exports/{id}',
      summary: 'How an export goes, and where its zip is',
      request: { params },
      responses: answers(z.object({ export: exportJobSchema }), 'The export.'),
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      return c.json({ export: exports.find(id) ?? unknownJob('export', id) }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/exports/{id}/bundle.zip',
      summary: 'The bundle of an export that has succeeded',
      request: { params },
      responses: bytesOf('A zip.', 'application/zip'),
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      if (exports.find(id)?.status !== 'succeeded') unknownJob('export', id)
      return zipAnswer(exports.folder(id), 'bundle.zip')
    },
  )
}

function unknownJob(what: 'evaluation' | 'export', id: string): never {
  throw new Problem('jobs/unknown', {
    says: `There is no ${what} "${id}" here.`,
    advice: 'The last ones are kept, and only while the server runs: begin it again.',
  })
}

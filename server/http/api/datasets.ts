import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import {
  datasetDetailSchema,
  datasetSummarySchema,
  importStateSchema,
  newImportSchema,
  picturePageSchema,
  pictureQuerySchema,
} from '../../../lib/api/datasets.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Parts } from '../../parts.ts'
import { answers, body, limitTo, name } from './describe.ts'

const params = z.object({ id: name })

export function datasetRoutes(api: OpenAPIHono, { services, imports }: Parts): void {
  const find = async (id: string) => {
    const found = await services.datasets.find(id)
    if (!found) throw new Problem('datasets/unknown', { says: `There is no dataset "${id}".` })
    return found
  }

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/datasets',
      summary: 'The latest version of each dataset, the newest first',
      responses: answers(z.object({ datasets: z.array(datasetSummarySchema) }), 'Dataset versions.'),
    }),
    async (c) => c.json({ datasets: await services.datasets.list() }, 200),
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/datasets/{id}',
      summary: 'A dataset version by its id, its name, or name@2, with its import report',
      request: { params },
      responses: answers(z.object({ dataset: datasetDetailSchema }), 'The version.'),
    }),
    async (c) => c.json({ dataset: await find(c.req.valid('param').id) }, 200),
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/datasets/{id}/pictures',
      summary: 'Pictures of a version in the order of the import',
      request: { params, query: pictureQuerySchema },
      responses: answers(picturePageSchema, 'A part of them, and how many there are.'),
    }),
    async (c) => {
      const { id } = await find(c.req.valid('param').id)
      return c.json(await services.datasets.pictures(id, c.req.valid('query')), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/imports',
      summary: 'Import what was uploaded: one zip, or pictures with their paths in a folder',
      middleware: [limitTo(32)] as const,
      request: { body: body(newImportSchema) },
      responses: answers(z.object({ import: importStateSchema }), 'The import, running.'),
    }),
    async (c) => c.json({ import: await imports.startUploaded(c.req.valid('json')) }, 200),
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/imports/sample',
      summary: 'Draw the sample that ships, emoji of five designers, and import it',
      responses: answers(z.object({ import: importStateSchema }), 'The import, running.'),
    }),
    async (c) => c.json({ import: await imports.startSample() }, 200),
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/imports',
      summary: 'Imports, the newest first',
      responses: answers(z.object({ imports: z.array(importStateSchema) }), 'Imports.'),
    }),
    async (c) => c.json({ imports: imports.list() }, 200),
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/imports/{id}',
      summary: 'How an import goes',
      request: { params },
      responses: answers(z.object({ import: importStateSchema }), 'The import.'),
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const found = imports.find(id)
      if (!found) throw new Problem('imports/unknown', { says: `There is no import "${id}".` })
      return c.json({ import: found }, 200)
    },
  )
}

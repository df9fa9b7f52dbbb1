import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bundleStateSchema, predictionSchema } from '../../../lib/api/models.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Parts } from '../../parts.ts'
import { bundleAnswer } from '../files.ts'
import { answers, bytesOf, limitTo, name } from './describe.ts'
import { runFinder } from './find-run.ts'

const params = z.object({ run: name })
const MOST_PICTURES = 32
const MOST_MEGABYTES = 64

export function modelRoutes(api: OpenAPIHono, { services, bundles, predictor }: Parts): void {
  const findRun = runFinder(services)

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/models/{run}',
      summary: 'Whether the browser model of a run is there; asking for it makes it',
      request: { params },
      responses: answers(z.object({ bundle: bundleStateSchema }), 'Where it stands.'),
    }),
    async (c) => c.json({ bundle: await bundles.state(await findRun(c.req.valid('param').run)) }, 200),
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/models/{run}/predict',
      summary: `Classify up to ${MOST_PICTURES} pictures on the server`,
      description: `Form data with pictures in fields of any name, ${MOST_MEGABYTES} MB at most. \`sure\` is false below the calibrated threshold.`,
      middleware: [limitTo(MOST_MEGABYTES)] as const,
      request: {
        params,
        body: {
          required: true,
          content: { 'multipart/form-data': { schema: z.looseObject({}) } },
        },
      },
      responses: answers(
        predictionSchema,
        'Answers in the order of the pictures; at most five classes each.',
      ),
    }),
    async (c) => {
      const { id } = await findRun(c.req.valid('param').run)
      return c.json(await predictor.predict(id, await picturesIn(c)), 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/bundles/{run}/{path}',
      summary: 'A file of a browser model; `path` may have several parts',
      request: { params: z.object({ run: name, path: z.string() }) },
      responses: bytesOf('The file.'),
    }),
    (c) => bundleFile(c),
  )
  api.get('/bundles/:run/*', bundleFile)

  async function bundleFile(c: Context): Promise<Response> {
    const [, , run = '', ...path] = c.req.path.split('/')
    const { id } = await findRun(decodeURIComponent(run))
    return bundleAnswer(bundles.folder(id), path.join('/'), c.req.header('if-none-match'))
  }
}

async function picturesIn(c: Context): Promise<{ name: string; bytes: Uint8Array }[]> {
  const form = await c.req.parseBody({ all: true })
  const files = Object.values(form)
    .flat()
    .filter((value) => value instanceof File)
  if (files.length === 0 || files.length > MOST_PICTURES) {
    throw new Problem('models/bad-pictures', {
      says:
        files.length === 0 ? 'There is no picture in the request.' : `${files.length} pictures are too many.`,
      advice: `Send from 1 to ${MOST_PICTURES} files as form data: curl -F picture=@photo.jpg …`,
    })
  }
  return Promise.all(
    files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  )
}

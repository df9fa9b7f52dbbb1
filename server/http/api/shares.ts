import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { createdShareSchema, newShareSchema, shareSchema } from '../../../lib/api/shares.ts'
import type { Blobs } from '../../blobs/blobs.ts'
import type { Parts } from '../../parts.ts'
import { linkEnded, sharedPictures } from '../../sharing/sharing.ts'
import { bundleAnswer, pictureAnswer, thumbnailAnswer } from '../files.ts'
import { notFound } from '../problems.ts'
import { answers, body, bytesOf, hash, limitTo, name } from './describe.ts'
import { runFinder } from './find-run.ts'

const params = z.object({ id: name })

/** Making, listing and revoking links: for those who may do everything. */
export function shareRoutes(api: OpenAPIHono, { services, sharing }: Parts): void {
  const findRun = runFinder(services)

  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/runs/{id}/shares',
      summary: 'Make a link that shows one run to whoever has it; it is told once',
      middleware: [limitTo(1)] as const,
      request: { params, body: body(newShareSchema) },
      responses: answers(z.object({ share: createdShareSchema }), 'The link.'),
    }),
    async (c) => {
      const { id } = await findRun(c.req.valid('param').id)
      return c.json({ share: await sharing.create(id, c.req.valid('json').expiresInHours) }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/runs/{id}/shares',
      summary: 'Links to a run that still hold, the newest first',
      request: { params },
      responses: answers(z.object({ shares: z.array(shareSchema) }), 'Links, without their tokens.'),
    }),
    async (c) => {
      const { id } = await findRun(c.req.valid('param').id)
      return c.json({ shares: await sharing.list(id) }, 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/api/shares/{id}',
      summary: 'Revoke a link; open viewers are cut off',
      request: { params },
      responses: answers(z.object({ revoked: z.literal(true) }), 'It no longer opens anything.'),
    }),
    async (c) => {
      await sharing.revoke(c.req.valid('param').id)
      return c.json({ revoked: true as const }, 200)
    },
  )
}

/** What the page of a shared run loads. The token is checked on each request; nothing here leads to another run. */
export function sharedRoutes(api: OpenAPIHono, { services, bundles }: Parts, blobs: Blobs): void {
  const shared = async (token: string) => {
    const found = await services.shares.open(token)
    if (!found) throw linkEnded()
    return found.run
  }
  const tokenAndHash = z.object({ token: name, hash })

  api.openapi(
    createRoute({
      method: 'get',
      path: '/s/{token}/pictures/{hash}',
      summary: "A picture of a shared run's evaluation",
      request: { params: tokenAndHash },
      responses: bytesOf('The file.', 'image/*'),
    }),
    async (c) => {
      const { token, hash } = c.req.valid('param')
      if (!sharedPictures(await shared(token)).has(hash)) throw notFound(hash)
      return pictureAnswer(await blobs.picture(hash), hash)
    },
  )
  api.openapi(
    createRoute({
      method: 'get',
      path: '/s/{token}/pictures/{hash}/thumbnail',
      summary: "A thumbnail of a shared run's evaluation",
      request: { params: tokenAndHash },
      responses: bytesOf('The thumbnail.', 'image/jpeg'),
    }),
    async (c) => {
      const { token, hash } = c.req.valid('param')
      if (!sharedPictures(await shared(token)).has(hash)) throw notFound(hash)
      return thumbnailAnswer(await blobs.thumbnail(hash), hash)
    },
  )
  api.openapi(
    createRoute({
      method: 'get',
      path: '/s/{token}/bundle/{path}',
      summary: "A file of a shared run's browser model; `path` may have several parts",
      request: { params: z.object({ token: name, path: z.string() }) },
      responses: bytesOf('The file.'),
    }),
    (c) => bundleFile(c),
  )
  api.get('/s/:token/bundle/*', bundleFile)

  async function bundleFile(c: Context): Promise<Response> {
    const [, , token = '', , ...path] = c.req.path.split('/')
    const { id } = await shared(token)
    return bundleAnswer(bundles.folder(id), path.join('/'), c.req.header('if-none-match'))
  }
}

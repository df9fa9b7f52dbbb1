import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Blobs } from '../../blobs/blobs.ts'
import { pictureAnswer, thumbnailAnswer } from '../files.ts'
import { bytesOf, hash } from './describe.ts'

const params = z.object({ hash })

export function pictureRoutes(api: OpenAPIHono, blobs: Blobs): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/pictures/{hash}',
      summary: 'A picture as it was imported',
      request: { params },
      responses: bytesOf('The file.', 'image/*'),
    }),
    async (c) => {
      const wanted = c.req.valid('param').hash
      return pictureAnswer(await blobs.picture(wanted), wanted)
    },
  )
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/pictures/{hash}/thumbnail',
      summary: 'A JPEG of at most 256 × 256 pixels',
      request: { params },
      responses: bytesOf('The thumbnail.', 'image/jpeg'),
    }),
    async (c) => {
      const wanted = c.req.valid('param').hash
      return thumbnailAnswer(await blobs.thumbnail(wanted), wanted)
    },
  )
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { viewQuerySchema } from '../../../lib/api/views.ts'
import { AUGMENTATION_PRESETS, type Augmentation } from '../../../lib/preprocess/augment/presets.ts'
import { findBackbone } from '../../backbones/find.ts'
import type { Blobs } from '../../blobs/blobs.ts'
import type { Parts } from '../../parts.ts'
import { notFound } from '../problems.ts'
import { bytesOf, hash } from './describe.ts'

const params = z.object({ hash })

export function viewRoutes(api: OpenAPIHono, { viewer, worker }: Parts, blobs: Blobs): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/pictures/{hash}/view',
      summary: 'A picture as training sees it: one of its seeded random views, or its evaluation twin',
      description:
        'Made by the code that trains, at the size of the backbone. `view` counts from 1; 0 is what evaluation sees.',
      request: { params, query: viewQuerySchema },
      responses: bytesOf('The view.', 'image/jpeg'),
    }),
    async (c) => {
      const wanted = c.req.valid('param').hash
      const { backbone, preset, view, seed, resize } = c.req.valid('query')
      const { preprocess } = await findBackbone(backbone, worker)
      const path = await blobs.picture(wanted).catch(() => {
        throw notFound(wanted)
      })
      const twin: Augmentation['evaluation'] = preset ? AUGMENTATION_PRESETS[preset].evaluation : {}
      const jpeg = await viewer.view({
        hash: wanted,
        path,
        preprocessing: { ...preprocess, ...twin, ...(resize && { resize }) },
        ...(preset && view > 0 && { random: { preset, seed, index: view } }),
      })
      // The same wish always gives the same view.
      return c.body(jpeg, 200, { 'content-type': 'image/jpeg', 'cache-control': 'private, max-age=86400' })
    },
  )
}

import { OpenAPIHono } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import type { z } from 'zod'
import { Problem } from '../../../lib/problem.ts'
import type { Blobs } from '../../blobs/blobs.ts'
import type { Parts } from '../../parts.ts'
import { notFound, statusOf } from '../problems.ts'
import { alertRoutes } from './alerts.ts'
import { datasetRoutes } from './datasets.ts'
import { machineRoutes } from './machine.ts'
import { modelRoutes } from './models.ts'
import { modeRoutes } from './modes.ts'
import { pictureRoutes } from './pictures.ts'
import { planRoutes } from './plans.ts'
import { queueRoutes } from './queue.ts'
import { runRoutes } from './runs.ts'
import { sharedRoutes, shareRoutes } from './shares.ts'
import { tuneRoutes } from './tunes.ts'
import { viewRoutes } from './views.ts'

/**
 * All that is answered without a page: REST under `/api`, browser models under `/bundles`, and what shared pages load
 * under `/s`. Who may ask is decided before it is called.
 */
export function createApi(
  parts: Parts,
  { blobs, log }: { blobs: Blobs; log: (problem: Problem) => void },
): OpenAPIHono {
  const api = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw badRequest(result.error)
    },
  })
  api.onError((thrown, c) => {
    const problem = problemOf(thrown)
    const status = statusOf(problem)
    if (status === 500) log(problem)
    return c.json({ problem: problem.summary() }, status)
  })
  api.notFound((c) => c.json({ problem: notFound(c.req.path).summary() }, 404))
  runRoutes(api, parts)
  queueRoutes(api, parts)
  planRoutes(api, parts)
  tuneRoutes(api, parts)
  datasetRoutes(api, parts)
  pictureRoutes(api, blobs)
  viewRoutes(api, parts, blobs)
  machineRoutes(api, parts)
  modelRoutes(api, parts)
  modeRoutes(api, parts)
  shareRoutes(api, parts)
  alertRoutes(api, parts)
  sharedRoutes(api, parts, blobs)
  api.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Whippet',
      version: '1',
      description:
        'Datasets, runs and models. Resumable uploads are at /api/uploads, by the tus protocol 1.0.0. What fails is answered with a problem: a stable code, a sentence, and advice.',
    },
  })
  return api
}

/** The paths of every route that the OpenAPI document describes, as templates. */
export function pathsOf(api: OpenAPIHono): string[] {
  return api.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? [definition.route.path] : [],
  )
}

function problemOf(thrown: unknown): Problem {
  if (thrown instanceof HTTPException) {
    return new Problem('server/bad-request', {
      says: `The request can't be read: ${thrown.message || thrown.status}.`,
    })
  }
  return Problem.from(thrown)
}

function badRequest(error: z.ZodError): Problem {
  const { path, message } = error.issues[0] ?? { path: [], message: 'it is empty' }
  const where = path.length > 0 ? `"${path.join('.')}": ` : ''
  return new Problem('server/bad-request', {
    says: `The request can't be done as it stands: ${where}${message}.`,
    advice: 'See /api/openapi.json.',
    cause: error,
  })
}

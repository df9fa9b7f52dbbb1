import { z } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { problemAnswerSchema } from '../../../lib/api/problem.ts'
import { statusOf, tooLarge } from '../problems.ts'

/** Parts of route descriptions that come again and again. */

const json = <S extends z.ZodType>(schema: S) => ({ 'application/json': { schema } })

/** What a request that went well is answered with, and that others are answered with a problem. */
export function answers<S extends z.ZodType>(schema: S, description: string) {
  return {
    200: { description, content: json(schema) },
    default: { description: 'What went wrong, and what to do about it.', content: json(problemAnswerSchema) },
  } as const
}

/** The same for what is no JSON. */
export function bytesOf(description: string, type = 'application/octet-stream') {
  return {
    200: { description, content: { [type]: { schema: z.any() } } },
    default: { description: 'What went wrong, and what to do about it.', content: json(problemAnswerSchema) },
  } as const
}

export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: json(schema) } as const
}

/** One name in a path: an id, or a dataset's name. */
export const name = z.string().min(1).max(200)
export const hash = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 in hex')

/** @param megabytes of the whole request. */
export function limitTo(megabytes: number) {
  return bodyLimit({
    maxSize: megabytes * 2 ** 20,
    onError: (c) => {
      const problem = tooLarge(`${megabytes} MB`)
      // What is still on its way is not read any more.
      return c.json({ problem: problem.summary() }, statusOf(problem), { connection: 'close' })
    },
  })
}

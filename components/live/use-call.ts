'use client'

import { arrival } from '../../lib/live/arrival.ts'
import type { Arrivals } from '../../lib/live/contract.ts'
import { Problem } from '../../lib/problem.ts'
import { problemOf } from './connection.ts'
import { useContract } from './live-provider.tsx'

/** Asks the server over REST. @throws Problem as the server says it, or `network/unreachable`. */
export type Call = {
  <Name extends keyof Arrivals>(
    name: Name,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Arrivals[Name]>
  (name: 'nothing', method: string, path: string, body?: unknown): Promise<void>
}

/** REST with checked answers. */
export function useCall(): Call {
  const contract = useContract()
  return async (name: keyof Arrivals | 'nothing', method: string, path: string, body?: unknown) => {
    const response = await send(method, path, body)
    const said: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
    if (!response.ok) {
      const problem = problemOf(contract, said)
      throw new Problem(problem.code, problem)
    }
    // The overloads say which names come with an answer.
    return (name === 'nothing' ? undefined : arrival(contract, name, said)) as never
  }
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    })
  } catch (cause) {
    throw new Problem('network/unreachable', {
      says: 'The server does not answer.',
      advice: 'Look whether it is running and whether you are online, then try again.',
      cause,
    })
  }
}

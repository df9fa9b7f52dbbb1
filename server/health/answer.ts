import type { ServerResponse } from 'node:http'
import type { Readiness } from './health.ts'

/** `/healthz`: the process answers. Nothing else is asked, so that a slow database does not get the server killed. */
export function answerAlive(response: ServerResponse): void {
  answer(response, 200, { alive: true })
}

/** `/readyz`: 200 where requests are of use, else 503 and what is missing. */
export async function answerReady(response: ServerResponse, readiness: Promise<Readiness>): Promise<void> {
  const { ready, checks } = await readiness
  answer(response, ready ? 200 : 503, { ready, checks })
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  response.setHeader('cache-control', 'no-store')
  response.end(`${JSON.stringify(body)}\n`)
}

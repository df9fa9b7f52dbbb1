import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, sep } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Problem } from '../../lib/problem.ts'
import type { AdminToken } from '../auth/admin-token.ts'
import { strangeHost, strangeOrigin } from '../auth/host-and-origin.ts'
import { answerLogin, askForToken, safePath } from '../auth/login.ts'
import { visitorOf } from '../auth/visitor.ts'
import { answerAlive, answerReady } from '../health/answer.ts'
import type { Readiness } from '../health/health.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Pages } from './pages.ts'
import { notFound, statusOf } from './problems.ts'
import { PROJECT } from './project.ts'
import { secure, securePage, secureStaticPage } from './security-headers.ts'
import { UPLOADS_PATH, type Uploads } from './uploads.ts'

export type Front = {
  /** Undefined where only this machine can reach the server. */
  readonly token: AdminToken | undefined
  readonly api: { fetch(request: Request): Response | Promise<Response> }
  readonly uploads: Uploads
  /** Undefined while there are none. */
  readonly pages: () => Pages | undefined
  readonly dev: boolean
  /** What those who run the server ask. */
  readonly health: () => Promise<Readiness>
  readonly metrics: Metrics
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * Every HTTP request comes in here: who asks and for what is decided before anything else sees it, and each answer has
 * its security headers.
 */
export function frontOf({ token, api, uploads, pages, dev, health, metrics }: Front): Handler {
  const answerApi = getRequestListener(api.fetch, { overrideGlobalObjects: false })

  return (request, response) => {
    secure(response)
    metrics.time(request, response)
    const url = cleanUrl(request)
    const problem = url ? strangeHost(request.headers, token !== undefined) : notFound('this path')
    if (problem || !url) return refuse(response, problem!)
    if (changes(request)) {
      const foreign = strangeOrigin(request.headers)
      if (foreign) return refuse(response, foreign)
    }
    const path = url.pathname
    // Without token: whoever asks these has none, and learns nothing of what is stored.
    if (path === '/healthz') return answerAlive(response)
    if (path === '/readyz') return answerReady(response, health())
    if (token && path === '/login') return login(request, response, url, token)
    const isAdmin = visitorOf(request.headers, token) === 'admin'
    if (token && !isAdmin && !isOpenTo(path)) return shutOut(response, url, token)
    return route(request, response, path)
  }

  function route(request: IncomingMessage, response: ServerResponse, path: string): unknown {
    if (path === UPLOADS_PATH || path.startsWith(`${UPLOADS_PATH}/`)) return uploads.handle(request, response)
    if (path.startsWith('/bundles/') || /^\/s\/[^/]+\/bundle\//.test(path)) secureStaticPage(response)
    if (path === '/metrics') return metrics.answer(response)
    if (isApi(path)) return answerApi(request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, wrongMethod(request))
    const open = pages()
    if (!open) return refuse(response, notFound(path))
    securePage(request, response, { dev })
    return open.handle(request, response)
  }
}

/** The address as everyone after us will read it: no dots, no empty parts, nothing that decodes to a slash. */
function cleanUrl(request: IncomingMessage): URL | undefined {
  const raw = request.url ?? '/'
  if (!raw.startsWith('/') || !URL.canParse(raw, 'http://whippet')) return undefined
  const url = new URL(`http://whippet${raw}`)
  if (/\/\/|%2f|%5c|%00|\\/i.test(url.pathname)) return undefined
  request.url = url.pathname + url.search
  return url
}

function isApi(path: string): boolean {
  return (
    path.startsWith('/api/') || path === '/api' || path.startsWith('/bundles/') || /^\/s\/[^/]+\/./.test(path)
  )
}

/** What someone without the token may ask for: code and pictures of the app itself, and shared runs, which have their own. */
function isOpenTo(path: string): boolean {
  return (
    /^\/s\/[^/]+(\/(pictures|bundle)\/.*)?$/.test(path) ||
    path.startsWith('/_next/static/') ||
    isPublicFile(path)
  )
}

const PUBLIC = join(PROJECT, 'public')

function isPublicFile(path: string): boolean {
  const file = join(PUBLIC, path)
  return /\.\w+$/.test(path) && file.startsWith(PUBLIC + sep) && existsSync(file)
}

function changes({ method }: IncomingMessage): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

/** A link with the token in it opens the server; others are asked for it. */
function shutOut(response: ServerResponse, url: URL, token: AdminToken): void {
  if (isApi(url.pathname) || url.pathname === '/metrics') {
    refuse(response, tokenWanted())
    return
  }
  const shown = url.searchParams.get('token')
  secureStaticPage(response)
  url.searchParams.delete('token')
  const next = safePath(url.pathname + url.search)
  if (shown === null) askForToken(response, next)
  else answerLogin(response, token, shown, next)
}

const MOST_FORM_BYTES = 4096

async function login(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  token: AdminToken,
): Promise<void> {
  secureStaticPage(response)
  if (request.method !== 'POST') return askForToken(response, safePath(url.searchParams.get('next')))
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > MOST_FORM_BYTES) return refuse(response, tokenWanted())
  }
  const form = new URLSearchParams(text)
  answerLogin(response, token, form.get('token') ?? '', safePath(form.get('next')))
}

function refuse(response: ServerResponse, problem: Problem): void {
  response.statusCode = statusOf(problem)
  response.setHeader('content-type', 'application/json')
  response.setHeader('connection', 'close')
  response.end(JSON.stringify({ problem: problem.summary() }))
}

function tokenWanted(): Problem {
  return new Problem('auth/token', {
    says: 'This server wants its admin token.',
    advice: 'Send it as "Authorization: Bearer TOKEN", or log in at /login.',
  })
}

function wrongMethod({ method }: IncomingMessage): Problem {
  return new Problem('server/method', {
    says: `Pages are read, not sent to (${method}).`,
    advice: 'See /api/openapi.json.',
  })
}

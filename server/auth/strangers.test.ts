import { readdir, readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIVE_PROTOCOL } from '../../lib/live/protocol.ts'
import { PROJECT } from '../http/project.ts'
import {
  importPictures,
  type Json,
  postJson,
  removeFolder,
  startTestServer,
  type TestServer,
} from '../testing/server.ts'

/** A server that others can reach, with two runs, one of them shared. */
let server: TestServer
let admin: string
let shared: { run: string; token: string; id: string }
let other: string
beforeAll(async () => {
  const said: string[] = []
  server = await startTestServer({ host: '0.0.0.0', say: (line) => said.push(line) })
  admin = /told this once: ([\w-]+)/.exec(said.join('\n'))![1]!
  const dataset = await importPictures(server)
  const { worker, sharing } = server.parts
  const settings = {
    dataset,
    backbone: 'tf_efficientnet_lite0',
    strategy: 'feature-extraction',
    looks: 'whole',
    solver: { kind: 'exact', refit: true },
    seed: 0,
  } as const
  const version = (await worker.store.datasets.find(dataset))!
  const run = (await worker.store.runs.create(settings, version, 'nobody')).id
  other = (await worker.store.runs.create(settings, version, 'nobody')).id
  const made = await sharing.create(run)
  shared = { run, token: made.path.slice('/s/'.length), id: made.id }
})
afterAll(async () => {
  await server.stop()
  await removeFolder(server.dataDir)
})

const bearer = () => ({ authorization: `Bearer ${admin}` })

describe('with the admin token', () => {
  test('it opens everything, as a header and as a cookie', async () => {
    expect((await server.ask('/api/runs', { headers: bearer() })).status).toBe(200)
    expect((await server.ask('/api/runs', { headers: { cookie: `other=1; whippet=${admin}` } })).status).toBe(
      200,
    )
    expect((await server.ask('/api/runs', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
  })

  test('a link with it sets a cookie that scripts cannot read, and leads on without it', async () => {
    const answer = await fetch(`${server.url}/runs?token=${admin}&sort=new`)
    expect(answer.headers.get('set-cookie')).toMatch(/^whippet=[\w-]+; HttpOnly; SameSite=Strict; Path=\//)
    expect(answer.headers.get('refresh')).toBe('0; url=/runs?sort=new')
    const wrong = await fetch(`${server.url}/runs?token=wrong`)
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([403, null])
  })

  test('the form takes it, and never leads to another site', async () => {
    const send = (token: string, next: string) =>
      fetch(`${server.url}/login`, { method: 'POST', body: new URLSearchParams({ token, next }) })
    const answer = await send(admin, '/runs')
    expect(answer.headers.get('refresh')).toBe('0; url=/runs')
    expect((await send(admin, '//evil.example/')).headers.get('refresh')).toBe('0; url=/')
    expect((await send(admin, 'https://evil.example/')).headers.get('refresh')).toBe('0; url=/')
    expect((await send('wrong', '/')).headers.get('set-cookie')).toBeNull()
  })

  test('only its hash is kept, and a new one takes the place of the old one', async () => {
    expect(await readFile(join(server.dataDir, 'admin-token.json'), 'utf8')).not.toContain(admin)
    const { adminToken } = await import('./admin-token.ts')
    expect((await adminToken(server.dataDir)).made).toBeUndefined()
    const another = await adminToken(server.dataDir, { another: true })
    expect(another.matches(another.made!)).toBe(true)
    expect(another.matches(admin)).toBe(false)
    expect(another.made).toMatch(/^[\w-]{32}$/)
  })
})

describe('with a share’s token alone', () => {
  test('no route of the OpenAPI document answers but those of that share', async () => {
    const { body: api } = await server.ask('/api/openapi.json', { headers: bearer() })
    const fill = (path: string, values: Record<string, string>) =>
      path.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? 'x')
    const hash = (
      await server.parts.worker.store.datasets.pictures(
        (
          await server.parts.worker.store.datasets.list()
        )[0]!.id,
      )
    )[0]!.hash
    const answered: string[] = []
    for (const [path, methods] of Object.entries<Json>(api.paths)) {
      for (const method of Object.keys(methods)) {
        for (const id of [shared.run, other, shared.id]) {
          const url = fill(path, { id, run: id, hash, token: shared.token, path: 'model.json' })
          for (const headers of disguises(shared.token)) {
            const { status, body } = await server.ask(url, {
              ...postJson({}),
              ...(method === 'get' && { body: null }),
              method: method.toUpperCase(),
              headers,
            })
            if (![401, 403, 404].includes(status))
              answered.push(`${method} ${path}: ${status} ${JSON.stringify(body)}`)
          }
        }
      }
    }
    expect(answered).toEqual([])
    expect(
      (
        await server.ask('/api/uploads', {
          method: 'POST',
          headers: { 'tus-resumable': '1.0.0', 'upload-length': '3' },
        })
      ).status,
    ).toBe(401)
  })

  test('no page of the app answers but that of the share', async () => {
    for (const page of await pagesOfApp()) {
      const url = page.replace('[token]', 'x'.repeat(32)).replace(/\[\w+\]/g, other)
      if (url.startsWith('/s/')) continue
      for (const disguised of [
        url,
        `${url}?share=${shared.token}`,
        `/s/${shared.token}/..${url}`,
        `/s/${shared.token}/%2e%2e${url}`,
        `/s/${shared.token}/%2e%2e%2f${url.slice(1)}`,
        `/s/${shared.token}/../..${url}`,
        `/s/${shared.token}/bundle/../../..${url}`,
        `/_next/static/..${url}`,
        `/_next/static/../..${url}`,
        `http://whippet${url}`,
        `${url}/.`,
        `/.${url}`,
        `/_next/static/..%2f..${url}`,
        `//s${url}`,
      ]) {
        const { status, text } = await askRaw(disguised, {
          authorization: `Bearer ${shared.token}`,
          'x-middleware-subrequest': 'middleware',
          'next-action': 'x',
        })
        // `/s/x` is the page of a link that doesn't hold. Else: a path that is refused as it stands, or someone who is.
        const isLink = /^\/s\/[^/]+$/.test(new URL(disguised, server.url).pathname)
        const refused = status === 401 || text.includes('There is nothing at this path.')
        expect([disguised, isLink || refused]).toEqual([disguised, true])
      }
    }
  })

  test('its socket watches that run, and nothing else', async () => {
    const client = await server.connect({ share: shared.token })
    const watch = (runId: string) => client.timeout(5000).emitWithAck('watch', { runId, afterSeq: 0 })
    expect(await watch(shared.run)).toMatchObject({ events: [{ type: 'queued' }] })
    for (const run of [other, other.slice(0, 4), shared.run.slice(0, 4), '']) {
      expect(await watch(run)).toMatchObject({ problem: { code: 'runs/unknown' } })
    }
    const heard: string[] = []
    client.onAny((name) => heard.push(name))
    const silent = client.timeout(300).emitWithAck as (...message: unknown[]) => Promise<unknown>
    for (const event of ['watchOverview', 'unwatchOverview', 'anything', 'events', '__proto__']) {
      await expect(silent.call(client.timeout(300), event)).rejects.toThrow('timed out')
    }
    const { runs } = server.parts.worker.store
    await runs.append(other, 0, [{ type: 'stop-requested' }])
    await runs.append(shared.run, 0, [{ type: 'stop-requested' }])
    await expect.poll(() => heard).toContain('events')
    expect(heard.filter((name) => name === 'overview')).toEqual([])
  })

  test('a stranger’s socket, and one of another version, are told why not', async () => {
    await expect(server.connect()).rejects.toMatchObject({ data: { code: 'auth/token' } })
    await expect(server.connect({ share: 'x'.repeat(32) })).rejects.toMatchObject({
      data: { code: 'shares/ended' },
    })
    await expect(server.connect({ protocol: LIVE_PROTOCOL + 1 }, bearer())).rejects.toMatchObject({
      data: { code: 'live/other-version' },
    })
    await expect(server.connect({}, { ...bearer(), origin: 'http://evil.example' })).rejects.toThrow()
    expect((await server.connect({}, bearer())).connected).toBe(true)
  })

  test('revoking it cuts open viewers off, and nothing of it answers any more', async () => {
    const { share } = (
      await server.ask(`/api/runs/${shared.run}/shares`, {
        ...postJson({ expiresInHours: 1 }),
        headers: { ...bearer(), 'content-type': 'application/json' },
      })
    ).body
    const token = share.path.slice('/s/'.length)
    const [viewer, neighbour] = [
      await server.connect({ share: token }),
      await server.connect({ share: shared.token }),
    ]
    const told = new Promise<Json>((resolve) => viewer.once('revoked', resolve))
    const gone = new Promise((resolve) => viewer.once('disconnect', resolve))
    const listed = await server.ask(`/api/runs/${shared.run}/shares`, { headers: bearer() })
    expect(listed.body.shares.map(({ id }: Json) => id)).toEqual([share.id, shared.id])
    expect(JSON.stringify(listed.body)).not.toContain(token)
    expect(
      (await server.ask(`/api/shares/${share.id}`, { method: 'DELETE', headers: bearer() })).status,
    ).toBe(200)
    expect((await told).problem.code).toBe('shares/ended')
    await gone
    expect(neighbour.connected).toBe(true)
    await expect(server.connect({ share: token })).rejects.toMatchObject({ data: { code: 'shares/ended' } })
    expect((await server.ask(`/s/${token}/bundle/model.json`)).body.problem.code).toBe('shares/ended')
    expect(
      (await server.ask(`/api/shares/${share.id}`, { method: 'DELETE', headers: bearer() })).status,
    ).toBe(404)
  })

  test('it ends by itself when its time has come, for open viewers too', async () => {
    const { path } = await server.parts.sharing.create(shared.run, 1.2 / 3600)
    const token = path.slice('/s/'.length)
    const viewer = await server.connect({ share: token })
    await new Promise((resolve) => viewer.once('disconnect', resolve))
    expect(await server.parts.services.shares.open(token)).toBeUndefined()
  })
})

/** Ways of showing a share's token where the admin's belongs. */
function disguises(token: string): Record<string, string>[] {
  return [
    {},
    { authorization: `Bearer ${token}` },
    { cookie: `whippet=${token}` },
    { referer: `${server.url}/s/${token}` },
  ]
}

/** Asks for a path exactly as it is written: `fetch` would tidy it up first. */
function askRaw(path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers }, async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve({ status: response.statusCode!, text })
    })
      .on('error', reject)
      .end()
  })
}

async function pagesOfApp(): Promise<string[]> {
  const entries = await readdir(join(PROJECT, 'app'), { recursive: true, withFileTypes: true })
  return entries
    .filter(({ name }) => /^(page|route)\.tsx?$/.test(name))
    .map(({ parentPath }) => `/${parentPath.slice(join(PROJECT, 'app').length + 1)}`)
}

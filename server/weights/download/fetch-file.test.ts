import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Problem } from '../../../lib/problem.ts'
import type { DownloadProgress } from '../../../lib/run/events.ts'
import { type FileFetch, fetchFile } from './fetch-file.ts'
import { answer, cutAt, type Home, openHome, sha256, stallAt } from './testing/home.ts'

let home: Home
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whippet-fetch-'))
  home = await openHome(randomBytes(3_000_000))
})
afterEach(async () => {
  await home.close()
  rmSync(folder, { recursive: true })
})

const file = () => join(folder, 'x.download')
const fetching = (more: Partial<FileFetch> = {}) =>
  fetchFile({
    title: 'The weights of x',
    address: (revision = 'main') => new URL(`${home.url}/timm/x/resolve/${revision}/model.safetensors`),
    file: file(),
    byHand: 'By hand: import it.',
    pauseMs: 1,
    ...more,
  })
const expectWhole = () => expect(sha256(readFileSync(file()))).toBe(sha256(home.bytes))

test('a file arrives whole, with what its home says of it, and progress to the last byte', async () => {
  const seen: DownloadProgress[] = []
  const stated = await fetching({ onProgress: (progress) => seen.push(progress) })
  expectWhole()
  expect(stated).toMatchObject({ revision: home.commit, sha256: sha256(home.bytes), whole: true })
  expect(seen.at(-1)).toEqual({ receivedBytes: 3_000_000, totalBytes: 3_000_000 })
})

test('what is cut goes on where it stopped, at the same commit', async () => {
  home.whims = [cutAt(0.4)]
  await fetching()
  expectWhole()
  expect(home.asked[2]).toMatch(new RegExp(`/resolve/${home.commit}/`))
  expect(home.asked.at(-1)).toMatch(/storage.* bytes=[1-9]\d*-$/)
})

test('what a process left when it ended is gone on with by the next one', async () => {
  const stop = new AbortController()
  home.whims = [stallAt(0.5)]
  const first = fetching({
    signal: stop.signal,
    onProgress: ({ receivedBytes }) => receivedBytes >= 1_500_000 && stop.abort(new Error('stopped')),
  })
  await expect(first).rejects.toThrow('stopped')
  await fetching()
  expectWhole()
  expect(home.asked.at(-1)).toMatch(/ bytes=1500000-$/)
})

test('a file that changed in between is fetched from its beginning', async () => {
  for (const commit of [home.commit, undefined]) {
    home.commit = commit
    home.states = false
    home.whims = [
      (request, response) => {
        cutAt(0.4)(request, response, home)
        home.bytes = randomBytes(2_000_000)
        return true
      },
    ]
    await fetching()
    expectWhole()
    rmSync(file())
  }
})

test('a server that goes on in another file, whatever was asked, is not believed', async () => {
  home.commit = undefined
  home.whims = [
    cutAt(0.4),
    (request, response) => {
      const start = Number(request.headers.range?.match(/\d+/)?.[0])
      home.bytes = randomBytes(3_000_000)
      response.writeHead(206, { etag: '"other"', 'content-range': `bytes ${start}-2999999/3000000` })
      response.end(home.bytes.subarray(start))
      return true
    },
  ]
  await fetching()
  expectWhole()
})

test('a server without ranges sends everything again', async () => {
  home.whims = [
    cutAt(0.4),
    (_, response) => {
      response.writeHead(200).end(home.bytes)
      return true
    },
  ]
  await fetching()
  expectWhole()
})

test('bytes that nothing vouches for are not gone on with', async () => {
  home.commit = undefined
  home.whims = [
    (_, response) => {
      response.writeHead(200, { 'content-length': home.bytes.length, etag: 'W/"weak"' })
      response.write(home.bytes.subarray(0, 1000), () => response.socket?.end())
      return true
    },
  ]
  await fetching()
  expectWhole()
  expect(home.asked.filter((line) => line.includes('bytes='))).toEqual([])
})

test('a connection that stalls is left, and the rest is fetched on another one', async () => {
  home.whims = [stallAt(0.3)]
  await fetching({ stallMs: 200 })
  expectWhole()
})

test('a length that is never reached ends with what arrived, which is kept', async () => {
  home.states = false
  const short = (share: number) => (_: unknown, response: Parameters<ReturnType<typeof cutAt>>[1]) => {
    response.writeHead(200, { 'content-length': home.bytes.length + 1000, etag: '"x"' })
    response.write(home.bytes.subarray(0, home.bytes.length * share), () => response.socket?.end())
    return true
  }
  home.whims = Array.from({ length: 100 }, () => short(1))
  const cut = await fetching().catch((thrown: unknown) => thrown)
  // Bytes that had arrived when the connection ended, and were not read yet, may be lost with it.
  const kept = statSync(file()).size
  expect(kept).toBeGreaterThan(0)
  expect(cut).toMatchObject({
    code: 'weights/cut',
    says: expect.stringContaining(`${(kept / 1e6).toFixed(1)} MB`),
    advice: expect.stringContaining('By hand'),
  })
})

test('more bytes than were announced are refused', async () => {
  home.whims = [
    (_, response) => {
      response.writeHead(200)
      response.end(Buffer.concat([home.bytes, home.bytes]))
      return true
    },
  ]
  await expect(fetching()).rejects.toMatchObject({ code: 'weights/damaged' })
})

test.each([403, 404])('%i is said at once', async (status) => {
  home.whims = [answer(status)]
  await expect(fetching()).rejects.toMatchObject({
    code: 'weights/refused',
    says: expect.stringContaining(String(status)),
    advice: 'By hand: import it.',
  })
  expect(home.asked).toHaveLength(2)
})

test('a server in trouble is tried again, and not for ever', async () => {
  home.whims = [answer(500), answer(503), answer(429)]
  await fetching()
  expectWhole()
  home.whims = Array.from({ length: 9 }, () => answer(500))
  rmSync(file())
  await expect(fetching()).rejects.toMatchObject({ code: 'weights/unreachable' })
})

test('without a network it says so at once, and how to go on', async () => {
  const address = () => new URL('http://127.0.0.1:1/x')
  const thrown = await fetching({ address, pauseMs: 1e9 }).catch((error) => error)
  expect(thrown).toBeInstanceOf(Problem)
  expect(thrown).toMatchObject({
    code: 'weights/unreachable',
    says: expect.stringContaining('127.0.0.1:1'),
    advice: expect.stringMatching(/HTTPS_PROXY.*By hand/),
  })
})

test('proxies of the environment are used', async () => {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end(home.bytes)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  process.env.http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  try {
    await fetching({ address: () => new URL('http://weights.invalid/x') })
    expect(asked).toEqual(['http://weights.invalid/x'])
    expectWhole()
  } finally {
    delete process.env.http_proxy
    proxy.closeAllConnections()
    await new Promise((resolve) => proxy.close(resolve))
  }
})

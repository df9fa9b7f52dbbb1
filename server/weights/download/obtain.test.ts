import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BACKBONES } from '../../../lib/backbone/registry.ts'
import { madeUpWeights } from '../../../lib/backbone/weights/made-up.ts'
import { writeSafetensors } from '../../../lib/backbone/weights/safetensors.ts'
import type { DownloadProgress } from '../../../lib/run/events.ts'
import { loadBackboneWeights, weightsFolder, weightsState } from '../load.ts'
import { obtainWeights } from './obtain.ts'
import { cutAt, type Home, openHome, sha256, stallAt } from './testing/home.ts'

const ID = 'mobilenetv2_100'
const made = madeUpWeights(BACKBONES[ID].build())

let published: Buffer
let home: Home
let dataDir: string
beforeAll(() => {
  published = Buffer.from(writeSafetensors(new Map(made.names().map((name) => [name, made.get(name)]))))
})
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-obtain-'))
  home = await openHome(published)
  process.env.WHIPPET_WEIGHTS_HOME = home.url
})
afterEach(async () => {
  delete process.env.WHIPPET_WEIGHTS_HOME
  await home.close()
  rmSync(dataDir, { recursive: true })
})

const file = () => join(weightsFolder(dataDir), `${ID}.safetensors`)
const obtain = () => obtainWeights(ID, { dataDir, pauseMs: 1 })
const downloads = () => home.asked.filter((line) => line.startsWith('/storage/')).length

test('weights that are not here are downloaded once; revision and sha256 are recorded', async () => {
  const { fresh, weights, provenance } = await obtain()
  expect(fresh).toBe(true)
  expect(weights.get('conv_stem.weight')).toEqual(made.get('conv_stem.weight'))
  expect(provenance).toMatchObject({
    sourceSha256: sha256(published),
    source: 'timm/mobilenetv2_100.ra_in1k',
    download: { home: 'timm/mobilenetv2_100.ra_in1k', revision: home.commit },
  })
  expect(await weightsState(ID, { dataDir })).toBe('downloaded')
  expect((await obtain()).fresh).toBe(false)
  expect(downloads()).toBe(1)
  expect(readdirSync(weightsFolder(dataDir)).filter((name) => name.includes('download'))).toEqual([])
})

test('downloaded again, they are asked for at the recorded revision and held to the recorded sha256', async () => {
  await obtain()
  rmSync(file())
  expect(await weightsState(ID, { dataDir })).toBe('absent')
  const { commit } = home
  home.commit = 'bad'.padEnd(40, '1')
  home.asked.length = 0
  await obtain()
  expect(home.asked[0]).toContain(`/resolve/${commit}/`)
  rmSync(file())
  home.bytes = Buffer.from(published)
  home.bytes[home.bytes.length - 1]! ^= 1
  await expect(obtain()).rejects.toMatchObject({
    code: 'weights/damaged',
    says: expect.stringContaining(sha256(published)),
    advice: expect.stringContaining(`whippet backbones import ${ID}`),
  })
  expect(existsSync(file())).toBe(false)
})

test('bytes that changed on the way are refused where the home states their sha256', async () => {
  const wrong = Buffer.from(published)
  wrong[5_000_000]! ^= 1
  home.whims = [
    (_, response) => {
      response.writeHead(200, { 'content-length': wrong.length }).end(wrong)
      return true
    },
  ]
  await expect(obtain()).rejects.toMatchObject({ code: 'weights/damaged' })
  expect(await weightsState(ID, { dataDir })).toBe('absent')
  expect((await obtain()).fresh).toBe(true)
})

test('pieces that do not fit together are fetched once more as a whole', async () => {
  home.whims = [
    cutAt(0.4),
    (request, response) => {
      const start = Number(request.headers.range?.match(/\d+/)?.[0])
      const rest = Buffer.alloc(published.length - start)
      const range = `bytes ${start}-${published.length - 1}/${published.length}`
      response.writeHead(206, { 'content-range': range }).end(rest)
      return true
    },
  ]
  expect((await obtain()).fresh).toBe(true)
})

test('a whole file that is another network is refused name by name, and not kept', async () => {
  home.bytes = Buffer.from(writeSafetensors(new Map([['x', made.get('bn1.bias')]])))
  await expect(obtain()).rejects.toMatchObject({
    code: 'weights/misfit',
    says: expect.stringContaining('1 unexpected (x)'),
  })
  home.bytes = Buffer.from('<html>Sign in</html>')
  await expect(obtain()).rejects.toMatchObject({ code: 'weights/damaged' })
  home.bytes = published
  expect((await obtain()).fresh).toBe(true)
})

test('damaged weights are refused as such, not quietly replaced', async () => {
  await obtain()
  appendFileSync(file(), 'x')
  await expect(obtain()).rejects.toMatchObject({
    code: 'weights/damaged',
    advice: expect.stringContaining('whippet backbones get'),
  })
})

test('offline the advice names the file to fetch and the command to go on with', async () => {
  await home.close()
  await expect(obtain()).rejects.toMatchObject({
    code: 'weights/unreachable',
    advice: expect.stringMatching(
      /timm\/mobilenetv2_100\.ra_in1k\/resolve\/main\/model\.safetensors.*whippet backbones import/,
    ),
  })
  process.env.WHIPPET_WEIGHTS_HOME = 'somewhere'
  await expect(obtain()).rejects.toMatchObject({ code: 'weights/bad-home' })
})

test('two processes at once download once; a killed one is taken over from where it was', async () => {
  home.whims = [stallAt(0.5)]
  const children = [start(), start()]
  const ended = children.map(exitOf)
  // Only the one that downloads knows how much there is to come.
  const holder = await new Promise<ChildProcess>((resolve) => {
    for (const child of children)
      child.on('message', ({ totalBytes }: DownloadProgress) => totalBytes && resolve(child))
  })
  const part = join(weightsFolder(dataDir), `${ID}.download`)
  const stalled = Math.floor(published.length * 0.5)
  await expect.poll(() => (existsSync(part) ? statSync(part).size : 0), { timeout: 30_000 }).toBe(stalled)
  expect(downloads()).toBe(1)
  holder.kill('SIGKILL')
  const codes = await Promise.all(ended)
  expect(codes.sort()).toEqual([0, 'SIGKILL'])
  expect(home.asked.at(-1)).toMatch(new RegExp(`bytes=${stalled}-$`))
  expect((await loadBackboneWeights(ID, { dataDir })).provenance.sourceSha256).toBe(sha256(published))
}, 60_000)

function start(): ChildProcess {
  const script = fileURLToPath(new URL('./testing/obtain.ts', import.meta.url))
  return fork(script, [ID, dataDir], { execArgv: [] })
}

async function exitOf(child: ChildProcess): Promise<unknown> {
  const [code, signal] = await once(child, 'exit')
  return signal ?? code
}

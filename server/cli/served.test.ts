import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Json, removeFolder, writePictures } from '../testing/server.ts'

/** The commands of a data folder that a server owns: each a process of its own, as people use them. */
let dataDir: string
let pictures: string
let server: ChildProcess
let url: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'whippet-served-'))
  pictures = await writePictures(join(dataDir, 'source'))
  server = fork(fileURLToPath(new URL('../worker/testing/serve.ts', import.meta.url)), [dataDir], {
    execArgv: [],
    stdio: 'inherit',
  })
  url = await new Promise((resolve) => server.once('message', (said) => resolve(String(said))))
})
afterAll(async () => {
  server.kill('SIGKILL')
  await removeFolder(dataDir)
})

/** Status and document of one command. */
function whippet(...words: string[]): Promise<{ status: number | null; document: Json }> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, ...words, '--json'], {
    env: { ...process.env, WHIPPET_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text
  })
  return new Promise((resolve) =>
    child.on('close', (status) => resolve({ status, document: out === '' ? undefined : JSON.parse(out) })),
  )
}

test('import, train, eval, infer, export, runs and stop all go through the server', {
  timeout: 300_000,
}, async () => {
  const imported = await whippet('import', pictures, '--name', 'noise')
  expect(imported).toMatchObject({
    status: 0,
    document: { dataset: 'noise', version: 1, report: { imported: 16 } },
  })
  expect((await fetch(`${url}/api/datasets/noise`)).status).toBe(200)

  const followed = await whippet('train', '--dataset', 'noise', '--follow')
  expect(followed).toMatchObject({ status: 0, document: { status: 'succeeded', images: expect.any(Number) } })
  const { run } = followed.document

  const judged = await whippet('eval', '--run', run)
  expect(judged).toMatchObject({
    status: 0,
    document: { top1: followed.document.top1, images: followed.document.images },
  })
  const inferred = await whippet('infer', '--run', run, join(pictures, 'noise/0.png'))
  expect(inferred).toMatchObject({ status: 0, document: { images: [{ top: [{}, {}] }] } })
  const exported = await whippet(
    'export',
    '--run',
    run,
    '--out',
    join(dataDir, 'bundle'),
    '--precisions',
    'uint8',
    '--no-onnx',
  )
  expect(exported).toMatchObject({ status: 0, document: { run } })

  const queued = await whippet('train', '--dataset', 'noise', '--set', 'seed=1')
  expect(queued).toMatchObject({ status: 0, document: { status: 'queued' } })
  const [stopped, listed] = [await whippet('stop', queued.document.run), await whippet('runs')]
  // It may have ended before it could be stopped: it is small.
  expect(stopped.document.run ?? stopped.document.problem.code).toMatch(
    new RegExp(`${queued.document.run}|runs/not-running`),
  )
  expect(listed.document.runs.map(({ id }: Json) => id)).toEqual([queued.document.run, run])
})

test('what the server refuses, the command says, with the status of its sort', async () => {
  expect(await whippet('train', '--dataset', 'nothing')).toMatchObject({
    status: 1,
    document: { problem: { code: 'datasets/unknown' } },
  })
  expect(await whippet('import', join(dataDir, 'absent'), '--name', 'x')).toMatchObject({
    status: 1,
    document: { problem: { code: 'import/not-found' } },
  })
  expect(await whippet('serve', '--port', '0')).toMatchObject({
    status: 1,
    document: { problem: { code: 'owner/taken' } },
  })
})

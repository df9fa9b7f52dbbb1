import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkEngine } from './check-engine.ts'
import { measuredFile } from './measured.ts'
import { reportEngines } from './report.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whippet-engines-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A checking process that does this. */
async function main(script: string): Promise<string> {
  const file = join(folder, 'main.mjs')
  await writeFile(file, script)
  return file
}

test('an engine passes its self-test in a process of its own', async () => {
  expect(await checkEngine('onnxruntime')).toEqual({
    status: 'passed',
    version: expect.stringMatching(/^1\./),
  })
})

test('an engine whose library is missing is absent, with the reason', async () => {
  const checked = await checkEngine('onnxruntime-tensorrt')
  expect(checked).toMatchObject({ status: 'absent', why: expect.stringMatching(/TensorRT/) })
})

test('a crash of the driver is a failure of that engine, and no more', async () => {
  const checked = await checkEngine('webgpu', { main: await main("process.kill(process.pid, 'SIGSEGV')") })
  expect(checked).toEqual({ status: 'failed', why: 'its self-test ended with signal SIGSEGV' })
})

test('a process that ends without an answer fails, with its last words', async () => {
  const script = await main("console.log('half an ans'); console.error('no memory left'); process.exit(3)")
  expect(await checkEngine('webgpu', { main: script })).toEqual({
    status: 'failed',
    why: 'its self-test ended with status 3: no memory left',
  })
})

test('a check that is given up ends its process', async () => {
  const giveUp = new AbortController()
  const script = await main('setInterval(() => {}, 1000)')
  const checking = checkEngine('webgpu', { main: script, signal: giveUp.signal })
  giveUp.abort()
  expect(await checking).toMatchObject({ status: 'failed', why: expect.stringContaining('SIGKILL') })
})

test('what was measured is told until it is measured anew, and not of another version', async () => {
  const file = measuredFile(folder)
  const of = async (version: string, figures: { forward?: number }) => {
    const [engine] = await reportEngines({
      file,
      measure: figures.forward !== undefined,
      check: async () => ({ status: 'passed', version, ...figures }),
    })
    return engine?.measured?.forward
  }
  expect(await of('1', {})).toBeUndefined()
  expect(await of('1', { forward: 100 })).toBe(100)
  expect(await of('1', {})).toBe(100)
  expect(await of('2', {})).toBeUndefined()
  expect(await of('2', { forward: 120 })).toBe(120)
  expect(await of('2', {})).toBe(120)
})

test('what does not pass comes with what to do', async () => {
  const engines = await reportEngines({
    file: measuredFile(folder),
    check: async (id) =>
      id === 'webgpu' ? { status: 'absent', why: 'no GPU' } : { status: 'passed', version: '1' },
  })
  const withAdvice = engines.filter(({ advice }) => advice)
  expect(withAdvice).toMatchObject([
    { id: 'webgpu', why: 'no GPU', advice: expect.stringContaining('Vulkan') },
  ])
})

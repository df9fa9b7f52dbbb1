import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { summaryOf } from '../../lib/api/runs.ts'
import { Problem } from '../../lib/problem.ts'
import { type Run, reduceRun } from '../../lib/run/run.ts'
import { attemptOf } from '../../lib/run/testing/logs.ts'
import { askOwner, type Control, type ControlHandlers, serveControl } from './control.ts'
import { readLine } from './line.ts'
import { CONTROL_PROTOCOL, controlAddress } from './protocol.ts'
import { startHolder } from './testing/holder.ts'

const log = attemptOf({ type: 'started', pid: 1 }, { type: 'point', series: 'refit', step: 1, loss: 0.5 })
const run = log.reduce<Run | undefined>(reduceRun, undefined)!

let dataDir: string
let control: Control | undefined
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whippet-control-'))
})
afterEach(async () => {
  await control?.close()
  control = undefined
  rmSync(dataDir, { recursive: true })
})

const serve = async (handlers: Partial<ControlHandlers> = {}, folder = dataDir) => {
  control = await serveControl(folder, {
    stop: async ({ run }) => ({ run }),
    runs: async () => ({ runs: [summaryOf(run)] }),
    run: async ({ run: id }) => ({ run: id === run.id ? run : null }),
    ...handlers,
  })
}

/** What the owner answers to a line as it stands. */
async function answerTo(line: string): Promise<unknown> {
  const socket = connect(controlAddress(dataDir))
  socket.write(line)
  const answer = await readLine(socket, 1 << 20, 10_000)
  socket.destroy()
  return JSON.parse(answer)
}

describe('asking the owner of a data folder', () => {
  test('every request has its answer', async () => {
    await serve()
    expect(await askOwner(dataDir, { type: 'runs' })).toEqual({ runs: [summaryOf(run)] })
    expect(await askOwner(dataDir, { type: 'run', run: run.id })).toEqual({ run })
    expect(await askOwner(dataDir, { type: 'run', run: 'nobody' })).toEqual({ run: null })
    expect(await askOwner(dataDir, { type: 'stop', run: run.id })).toEqual({ run: run.id })
  })

  test('a folder that nobody owns has no answer', async () => {
    expect(await askOwner(dataDir, { type: 'runs' })).toBeUndefined()
    expect(await askOwner(join(dataDir, 'absent'), { type: 'runs' })).toBeUndefined()
  })

  test('the socket of a killed owner has no answer, and the next owner takes its place', async () => {
    const owner = startHolder(dataDir, '--serve')
    expect(await owner.says()).toBe('held')
    expect(await askOwner(dataDir, { type: 'runs' })).toEqual({ runs: [] })
    await owner.kill()
    expect(await askOwner(dataDir, { type: 'runs' })).toBeUndefined()
    await serve()
    expect(await askOwner(dataDir, { type: 'runs' })).toEqual({ runs: [summaryOf(run)] })
  })

  test('a Problem of the owner is thrown where it was asked', async () => {
    await serve({
      async stop({ run }) {
        throw new Problem('runs/unknown', { says: `There is no run ${run}.`, advice: 'See "whippet runs".' })
      },
    })
    await expect(askOwner(dataDir, { type: 'stop', run: 'x' })).rejects.toMatchObject({
      code: 'runs/unknown',
      says: 'There is no run x.',
      advice: 'See "whippet runs".',
    })
  })

  test('many askers at the same time have their own answers', async () => {
    await serve()
    const ids = Array.from({ length: 30 }, (_, n) => `run${n}`)
    const answers = await Promise.all(ids.map((id) => askOwner(dataDir, { type: 'stop', run: id })))
    expect(answers.map((answer) => answer?.run)).toEqual(ids)
  })

  test('an answer of several megabytes arrives whole', async () => {
    const points = Array.from({ length: 60_000 }, (_, step) => ({ step, loss: step / 7 }))
    const big = { ...run, curves: [{ series: '犬', points }] }
    await serve({ run: async () => ({ run: big }) })
    expect(await askOwner(dataDir, { type: 'run', run: big.id })).toEqual({ run: big })
  })

  test('an owner that hangs is said not to answer', async () => {
    await serve({ runs: () => new Promise(() => undefined) })
    await expect(askOwner(dataDir, { type: 'runs' }, 100)).rejects.toMatchObject({ code: 'owner/no-answer' })
  })

  test('an owner that ends in the middle is said not to answer', async () => {
    await serve({
      async runs() {
        await control?.close()
        return { runs: [] }
      },
    })
    await expect(askOwner(dataDir, { type: 'runs' })).rejects.toMatchObject({ code: 'owner/no-answer' })
  })
})

describe('the owner’s socket', () => {
  test('refuses what it does not understand, and goes on', async () => {
    await serve()
    const misunderstood = { problem: { code: 'owner/misunderstood' } }
    for (const line of [
      'hello\n',
      '{}\n',
      '\n',
      `${JSON.stringify({ protocol: CONTROL_PROTOCOL + 1, request: { type: 'runs' } })}\n`,
      `${JSON.stringify({ protocol: CONTROL_PROTOCOL, request: { type: 'format' } })}\n`,
      'x'.repeat(100_000),
    ]) {
      expect(await answerTo(line)).toMatchObject(misunderstood)
    }
    expect(await askOwner(dataDir, { type: 'runs' })).toEqual({ runs: [summaryOf(run)] })
  })

  test('does not mind who hangs up early', async () => {
    await serve()
    for (const line of [
      '',
      '{"prot',
      `${JSON.stringify({ protocol: CONTROL_PROTOCOL, request: { type: 'runs' } })}\n`,
    ]) {
      const socket = connect(controlAddress(dataDir))
      await new Promise<void>((resolve) => socket.write(line, () => resolve()))
      socket.destroy()
    }
    expect(await askOwner(dataDir, { type: 'runs' })).toEqual({ runs: [summaryOf(run)] })
  })

  test('is for this user only', async (ctx) => {
    if (process.platform === 'win32') ctx.skip('named pipes have no mode')
    await serve()
    expect(statSync(controlAddress(dataDir)).mode & 0o777).toBe(0o600)
  })

  test('closes although someone is still connected', async () => {
    await serve()
    const socket = connect(controlAddress(dataDir))
    await new Promise((resolve) => socket.once('connect', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await control?.close()
    await closed
    expect(await askOwner(dataDir, { type: 'runs' })).toBeUndefined()
  })

  test('has a place that sockets can have, however deep the folder lies', async () => {
    const deep = join(dataDir, 'a'.repeat(120))
    expect(Buffer.byteLength(controlAddress(deep))).toBeLessThanOrEqual(103)
    expect(controlAddress(deep)).not.toBe(controlAddress(`${deep}b`))
    expect(controlAddress('data', 'win32')).toMatch(/^\\\\\.\\pipe\\whippet-[0-9a-f]+$/)
    await serve({}, deep)
    expect(await askOwner(deep, { type: 'runs' })).toEqual({ runs: [summaryOf(run)] })
  })
})

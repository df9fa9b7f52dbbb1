import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimDataFolder } from './claim.ts'
import { type Holder, startHolder } from './testing/holder.ts'

let dataDir: string
let holders: Holder[] = []
const hold = (...options: string[]) => {
  const holder = startHolder(dataDir, ...options)
  holders.push(holder)
  return holder
}
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'whippet-owner-')), 'data')
})
afterEach(async () => {
  await Promise.all(holders.map((holder) => holder.kill()))
  holders = []
  rmSync(join(dataDir, '..'), { recursive: true })
})

test('a second process is refused and told the pid of the first', async () => {
  const first = hold()
  expect(await first.says()).toBe('held')
  await expect(claimDataFolder(dataDir)).rejects.toMatchObject({
    code: 'owner/taken',
    says: `Process ${first.pid} is using the data folder ${dataDir}.`,
  })
  expect(await hold().says()).toContain(`owner/taken Process ${first.pid} is using`)
})

test('the same process is refused a second claim', async () => {
  const claim = await claimDataFolder(dataDir)
  await expect(claimDataFolder(dataDir)).rejects.toMatchObject({
    code: 'owner/taken',
    says: expect.stringContaining(String(process.pid)),
  })
  await claim.release()
})

test('what is released can be claimed again, and no note of the owner stays', async () => {
  const first = await claimDataFolder(dataDir)
  await first.release()
  expect(existsSync(join(dataDir, 'owner.json'))).toBe(false)
  const second = hold()
  expect(await second.says()).toBe('held')
  second.letGo()
  expect(await second.says()).toBe('released')
  await (await claimDataFolder(dataDir)).release()
})

test('after kill -9 of the owner the folder can be claimed at once', async () => {
  const first = hold()
  expect(await first.says()).toBe('held')
  await first.kill()
  expect(JSON.parse(readFileSync(join(dataDir, 'owner.json'), 'utf8')).pid).toBe(first.pid)
  const claim = await claimDataFolder(dataDir)
  expect(JSON.parse(readFileSync(join(dataDir, 'owner.json'), 'utf8')).pid).toBe(process.pid)
  await claim.release()
})

test('of many processes that claim a dead one’s folder at the same time exactly one gets it', async () => {
  for (let round = 0; round < 2; round++) {
    const racers = Array.from({ length: 6 }, () => hold())
    const said = await Promise.all(racers.map((racer) => racer.says()))
    const winner = racers[said.indexOf('held')]!
    expect(said.filter((line) => line === 'held')).toHaveLength(1)
    expect(said.filter((line) => line?.startsWith(`owner/taken Process ${winner.pid} `))).toHaveLength(5)
    await winner.kill()
  }
})

test('a child that outlives its killed parent does not keep the folder', async () => {
  const child = await childOfKilledOwner()
  try {
    await (await claimDataFolder(dataDir)).release()
  } finally {
    process.kill(child, 'SIGKILL')
  }
})

test('a note that names a dead process, or is no note at all, is no reason to refuse', async () => {
  const claim = await claimDataFolder(dataDir)
  await claim.release()
  for (const note of [JSON.stringify({ pid: 2 ** 22 + 1, since: new Date().toISOString() }), 'torn{', '']) {
    writeFileSync(join(dataDir, 'owner.json'), note)
    await (await claimDataFolder(dataDir)).release()
  }
})

test('a folder that can’t be made is said to be unusable', async () => {
  writeFileSync(dataDir, 'a file')
  await expect(claimDataFolder(dataDir)).rejects.toMatchObject({
    code: 'owner/folder',
    says: expect.stringContaining(dataDir),
  })
  rmSync(dataDir)
})

test('an owner writes nothing of its own on stderr', async () => {
  const owner = hold()
  expect(await owner.says()).toBe('held')
  owner.letGo()
  await owner.ended
  expect(owner.complaints()).toBe('')
})

/** An owner forks a child and is killed; the pid of the child, which goes on. */
async function childOfKilledOwner(): Promise<number> {
  const script = join(dataDir, '..', 'parent.ts')
  const claim = new URL('./claim.ts', import.meta.url).href
  writeFileSync(
    script,
    `import { spawn } from 'node:child_process'
     import { claimDataFolder } from ${JSON.stringify(claim)}
     await claimDataFolder(${JSON.stringify(dataDir)})
     const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { detached: true, stdio: 'ignore' })
     process.send(child.pid)
     setInterval(() => undefined, 1000)`,
  )
  const parent = fork(script, { execArgv: [] })
  const pid = await new Promise<number>((resolve) =>
    parent.once('message', (message) => resolve(Number(message))),
  )
  const ended = new Promise((resolve) => parent.once('exit', resolve))
  parent.kill('SIGKILL')
  await ended
  return pid
}

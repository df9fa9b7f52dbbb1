import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSharedFiles, type SharedFiles } from './shared-files.ts'

/** Two machines with a data folder each, and what they share. */
let root: string
let [here, there] = ['', '']
let mine: SharedFiles
let theirs: SharedFiles
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'whippet-shared-files-'))
  ;[here, there] = [join(root, 'here'), join(root, 'there')]
  for (const name of ['here/runs/r', 'there', 'shared']) mkdirSync(join(root, name), { recursive: true })
  mine = await openSharedFiles(here, join(root, 'shared'))
  theirs = await openSharedFiles(there, join(root, 'shared'))
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (name: string, text: string) => writeFileSync(join(here, 'runs/r', name), text)
const theyHave = () => {
  const folder = join(there, 'runs/r')
  const names = readdirSync(folder).filter((name) => name !== 'shared.json')
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

test('a published file is obtained where it is missing, and nowhere else', async () => {
  write('a', 'one')
  expect(await theirs.obtain(join(there, 'runs/r/a'))).toBe(false)
  await mine.publish(join(here, 'runs/r/a'))
  expect(await theirs.obtain(join(there, 'runs/r/a'))).toBe(true)
  expect(theyHave()).toEqual({ a: 'one' })
})

test('a folder arrives as it was published; then only what changed travels, and what is old is cleared away', async () => {
  write('head', 'h1')
  write('record', 'r1')
  await mine.publishFolder(join(here, 'runs/r'))
  await theirs.pullFolder(join(there, 'runs/r'))
  expect(theyHave()).toEqual({ head: 'h1', record: 'r1' })
  write('head', 'h2')
  write('half.part', 'never')
  await theirs.pullFolder(join(there, 'runs/r'))
  expect(theyHave().head).toBe('h1')
  await mine.publishFolder(join(here, 'runs/r'))
  await theirs.pullFolder(join(there, 'runs/r'))
  expect(theyHave()).toEqual({ head: 'h2', record: 'r1' })
  expect(readdirSync(join(root, 'shared/runs/r'))).toHaveLength(3)
})

test('a newer version that is written here meanwhile is not overwritten by the one that was pulled before', async () => {
  write('head', 'h1')
  await mine.publishFolder(join(here, 'runs/r'))
  write('head', 'h2, not yet published')
  await mine.pullFolder(join(here, 'runs/r'))
  expect(readFileSync(join(here, 'runs/r/head'), 'utf8')).toBe('h2, not yet published')
})

test('a folder that nobody published stays as it is', async () => {
  write('head', 'mine')
  await mine.pullFolder(join(here, 'runs/r'))
  expect(readdirSync(join(here, 'runs/r'))).toEqual(['head'])
})

test('an earlier attempt does not overwrite what a later one has shared', async () => {
  write('head', 'of attempt 2')
  await mine.publishFolder(join(here, 'runs/r'), 2)
  await theirs.pullFolder(join(there, 'runs/r'))
  writeFileSync(join(there, 'runs/r/head'), 'of attempt 1, late')
  await expect(theirs.publishFolder(join(there, 'runs/r'), 1)).rejects.toMatchObject({
    code: 'objects/overtaken',
  })
  await theirs.publishFolder(join(there, 'runs/r'), 2)
  await mine.pullFolder(join(here, 'runs/r'))
  expect(readFileSync(join(here, 'runs/r/head'), 'utf8')).toBe('of attempt 1, late')
})

test('what is damaged on the way is refused', async () => {
  write('head', 'h1')
  await mine.publishFolder(join(here, 'runs/r'))
  const [stored] = readdirSync(join(root, 'shared/runs/r')).filter((name) => name !== 'shared.json')
  writeFileSync(join(root, 'shared/runs/r', stored!), 'rot')
  await expect(theirs.pullFolder(join(there, 'runs/r'))).rejects.toMatchObject({ code: 'objects/damaged' })
})

test('without a place nothing is shared, and what is here is here', async () => {
  const alone = await openSharedFiles(here, '')
  write('a', 'one')
  await alone.publishFolder(join(here, 'runs/r'))
  await alone.pullFolder(join(here, 'runs/r'))
  expect([await alone.obtain(join(here, 'runs/r/a')), await alone.obtain(join(here, 'b'))]).toEqual([
    true,
    false,
  ])
  expect([alone.place, readdirSync(join(root, 'shared'))]).toEqual([undefined, []])
})

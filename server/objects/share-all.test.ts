import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { folderStore } from './folder-store.ts'
import { shareAll } from './share-all.ts'
import { sharedOver } from './shared-files.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'whippet-share-all-'))
  mkdirSync(join(root, 'shared'))
  for (const name of HERE) {
    mkdirSync(dirname(join(root, 'data', name)), { recursive: true })
    writeFileSync(join(root, 'data', name), name)
  }
})
afterEach(() => rmSync(root, { recursive: true }))

const HERE = [
  'blobs/pictures/ab/abc',
  'blobs/thumbnails/ab/abc.jpg',
  'weights/resnet50.json',
  'weights/resnet50.safetensors',
  'weights/resnet50.lock',
  'runs/r1/record.json',
  'features/k/s.features',
  'store/base/1',
]

test('everything that others need is sent once, the rest never', async () => {
  const shared = sharedOver(folderStore(join(root, 'shared')), join(root, 'data'))
  const sent: number[] = []
  await shareAll(join(root, 'data'), shared, (done) => sent.push(done))
  expect(sent).toHaveLength(4)
  const other = join(root, 'other')
  const theirs = sharedOver(folderStore(join(root, 'shared')), other)
  await theirs.pullFolder(join(other, 'runs/r1'))
  expect(readFileSync(join(other, 'runs/r1/record.json'), 'utf8')).toBe('runs/r1/record.json')
  expect(await theirs.obtain(join(other, 'blobs/pictures/ab/abc'))).toBe(true)
  for (const name of HERE.slice(4, 5).concat(HERE.slice(6)))
    expect(existsSync(join(root, 'shared', name))).toBe(false)
  await shareAll(join(root, 'data'), shared, (done) => sent.push(done))
  expect(sent).toHaveLength(4)
})

test('one that was interrupted sends only what is missing', async () => {
  const shared = sharedOver(folderStore(join(root, 'shared')), join(root, 'data'))
  await shared.publish(join(root, 'data', HERE[0]!))
  const sent: number[] = []
  await shareAll(join(root, 'data'), shared, (done) => sent.push(done))
  expect(sent).toHaveLength(3)
})

import { expect, test } from 'vitest'
import { isBackedUp, manifestSchema, promisedHash } from './manifest.ts'

const hash = 'a'.repeat(64)

test.each([
  [`blobs/pictures/aa/${hash}`, true],
  [`blobs/thumbnails/aa/${hash}.jpg`, true],
  ['runs/r4k2/head.safetensors', true],
  ['runs/r4k2/checkpoint.safetensors', true],
  ['weights/resnet50.safetensors', true],
  ['admin-token.json', true],
  ['id', true],
  ['features', false],
  ['features/0/1.features', false],
  ['featuresque', true],
  ['database/base/1', false],
  ['backups/database-1.jsonl.gz', false],
  ['owner.lock', false],
  ['control.sock', false],
  ['runs/r4k2/head.safetensors.4711.part', false],
  ['imports/0/import.json', true],
  ['imports/0/pictures/a/1.png', false],
])('%s is backed up: %s', (path, expected) => {
  expect(isBackedUp(path)).toBe(expected)
})

test('a picture promises its content by its name, nothing else does', () => {
  expect(promisedHash(`blobs/pictures/aa/${hash}`)).toBe(hash)
  expect(promisedHash(`blobs/thumbnails/aa/${hash}.jpg`)).toBeUndefined()
})

test.each(['../escape', '/etc/passwd', 'a/../../b', 'a//b', 'a\\b', ''])(
  'a manifest that names %s is refused',
  (path) => {
    const manifest = (file: string) => ({
      version: 1,
      madeAt: '2026-11-25T12:00:00.000Z',
      database: { migration: 1, rows: {}, sha256: hash, bytes: 1, file: 'database.jsonl.gz' },
      files: [{ path: file, bytes: 1, sha256: hash }],
    })
    expect(manifestSchema.safeParse(manifest('runs/r4k2/record.json')).success).toBe(true)
    expect(manifestSchema.safeParse(manifest(path)).success).toBe(false)
  },
)

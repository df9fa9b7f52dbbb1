import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkKey, type ObjectStore } from './object-store.ts'

/** What every object store must do. `make` gives one that is empty. */
export function describeObjectStore(make: () => Promise<ObjectStore>): void {
  let store: ObjectStore
  let folder: string
  beforeEach(async () => {
    store = await make()
    folder = mkdtempSync(join(tmpdir(), 'whippet-objects-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }

  test('what was put is got, byte by byte, by another client too', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 251))
    await store.put('runs/0abc/head.safetensors', file('a', bytes))
    const to = join(folder, 'deeper', 'b')
    expect(await store.get('runs/0abc/head.safetensors', to)).toBe(true)
    expect(readFileSync(to).equals(bytes)).toBe(true)
  })

  test('an empty file is a file', async () => {
    await store.put('empty', file('a', ''))
    expect(await store.get('empty', join(folder, 'b'))).toBe(true)
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('')
  })

  test('a key that has nothing: no file, no error', async () => {
    expect(await store.get('nothing/here', join(folder, 'b'))).toBe(false)
    expect(await store.has('nothing/here')).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  test('the last put counts, and of several at once one whole file stays', async () => {
    await store.put('a', file('1', 'first'))
    await store.put('a', file('2', 'second'))
    await store.get('a', join(folder, 'b'))
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('second')
    const many = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(200_000))
    await Promise.all(many.map((text, i) => store.put('many', file(`m${i}`, text))))
    await store.get('many', join(folder, 'b'))
    expect(many).toContain(readFileSync(join(folder, 'b'), 'utf8'))
  })

  test('keys are listed by how they begin, in order', async () => {
    for (const key of ['runs/b/2', 'runs/b/1', 'runs/bc', 'runs/a', 'other'])
      await store.put(key, file('a', key))
    expect(await store.list('runs/b')).toEqual(['runs/b/1', 'runs/b/2', 'runs/bc'])
    expect(await store.list('runs/b/')).toEqual(['runs/b/1', 'runs/b/2'])
    expect(await store.list('none/')).toEqual([])
  })

  test('what was removed is gone, and may be removed again', async () => {
    await store.put('a/b', file('a', 'x'))
    await store.remove('a/b')
    await store.remove('a/b')
    expect(await store.has('a/b')).toBe(false)
  })

  test('a key leads nowhere else', async () => {
    for (const key of ['', '/etc/passwd', '../a', 'a/../b', 'a//b', 'a\\b', 'a\0'])
      expect(() => checkKey(key)).toThrow('not a key')
    await expect(store.put('../a', file('a', 'x'))).rejects.toThrow('not a key')
  })
}

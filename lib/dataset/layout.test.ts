import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layOut } from './layout.ts'

const placesOf = (files: string[]) =>
  layOut(files).placed.map(({ file, className, split }) => [file, className, split ?? '-'].join(' | '))

test('class folders at the top, without a split', () => {
  expect(layOut(['dog/2.jpg', 'cat/1.jpg', 'cat/deeper/3.jpg'])).toEqual({
    placed: [
      { file: 'cat/1.jpg', className: 'cat', split: undefined },
      { file: 'cat/deeper/3.jpg', className: 'cat', split: undefined },
      { file: 'dog/2.jpg', className: 'dog', split: undefined },
    ],
    skipped: [],
    warnings: [],
    from: 'random',
  })
})

test('train, test and any name of validation say the split, at the top or under top folders', () => {
  for (const top of ['', 'pets/', 'download/pets/']) {
    for (const validation of ['val', 'valid', 'validation', 'Val']) {
      const files = ['test/cat/1.jpg', 'train/cat/1.jpg', 'train/dog/2.jpg', `${validation}/dog/3.jpg`]
      const { placed, from } = layOut(files.map((file) => top + file))
      expect(from).toBe('folders')
      const splits = placed.map(
        ({ file, className, split }) => `${file.split('/').at(-3)} ${className} ${split}`,
      )
      expect(splits.sort()).toEqual(
        ['test cat test', 'train cat train', 'train dog train', `${validation} dog validation`].sort(),
      )
    }
  }
})

test('a single top folder that holds class folders is looked through, a class folder is not', () => {
  expect(placesOf(['pets/cat/1.jpg', 'pets/dog/2.jpg', 'pets/README.md'])).toEqual([
    'pets/cat/1.jpg | cat | -',
    'pets/dog/2.jpg | dog | -',
  ])
  expect(placesOf(['cat/1.jpg', 'cat/2.jpg'])).toEqual(['cat/1.jpg | cat | -', 'cat/2.jpg | cat | -'])
  expect(placesOf(['cat/1.jpg', 'cat/grey/2.jpg'])).toEqual([
    'cat/1.jpg | cat | -',
    'cat/grey/2.jpg | cat | -',
  ])
})

test('classes may be called train and test', () => {
  expect(placesOf(['boat/1.jpg', 'test/3.jpg', 'train/2.jpg'])).toEqual([
    'boat/1.jpg | boat | -',
    'test/3.jpg | test | -',
    'train/2.jpg | train | -',
  ])
  expect(layOut(['boat/1.jpg', 'train/steam/2.jpg']).from).toBe('random')
})

test('where there is validation and no test, it is the test split, and the report says so', () => {
  const { placed, warnings } = layOut(['train/a/1.jpg', 'train/b/2.jpg', 'val/a/3.jpg'])
  expect(placed.map(({ split }) => split)).toEqual(['train', 'train', 'test'])
  expect(warnings).toMatchObject([{ code: 'split/validation-as-test' }])
})

test('system files, unsafe paths and files without a class are left out, each with its reason', () => {
  const bad: Record<string, string> = {
    '__MACOSX/cat/._1.jpg': 'ignored/system',
    'cat/.DS_Store': 'ignored/system',
    '.git/x.jpg': 'ignored/system',
    'cat/Thumbs.db': 'ignored/system',
    '../evil.jpg': 'zip/unsafe-path',
    'cat/../../evil.jpg': 'zip/unsafe-path',
    '/etc/passwd.jpg': 'zip/unsafe-path',
    'C:/windows/evil.jpg': 'zip/unsafe-path',
    'README.md': 'layout/no-class',
  }
  const { placed, skipped } = layOut([...Object.keys(bad), 'cat/1.jpg', 'dog/1.jpg'])
  expect(Object.fromEntries(skipped.map(({ file, code }) => [file, code]))).toEqual(bad)
  expect(placed).toHaveLength(2)
  expect(layOut(['docs/a/1.jpg', 'train/a/1.jpg', 'test/a/1.jpg']).skipped).toMatchObject([
    { file: 'docs/a/1.jpg', code: 'layout/outside-split' },
  ])
})

test('class names in any script; the same name is one class however it is composed; case keeps classes apart', () => {
  const { placed } = layOut([
    '犬/1.jpg',
    'собака/1.jpg',
    'cafe\u0301/1.jpg',
    'caf\u00e9/2.jpg',
    'Cat/1.jpg',
    'cat/1.jpg',
  ])
  expect(placed.map(({ className }) => className)).toEqual([
    'Cat',
    'caf\u00e9',
    'caf\u00e9',
    'cat',
    'собака',
    '犬',
  ])
})

test('whatever the paths, every file is placed or skipped, once', () => {
  const part = fc.constantFrom(
    'a',
    'b',
    'train',
    'test',
    'val',
    '..',
    '.',
    '',
    '.x',
    '__MACOSX',
    '1.jpg',
    'C:',
    '犬',
  )
  const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 30 }), (files) => {
      const { placed, skipped } = layOut(files)
      expect([...placed, ...skipped].map(({ file }) => file).sort()).toEqual([...files].sort())
      for (const { file } of placed) expect(file.split('/')).not.toContain('..')
    }),
  )
})

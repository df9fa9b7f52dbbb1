import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assemble, type SplitWish } from './assemble.ts'
import { layOut } from './layout.ts'
import { importReportSchema } from './report.ts'

/** Files and what is in them: the same letter is the same content; an empty one is no picture. */
function made(contents: Record<string, string>, wish?: SplitWish) {
  const layout = layOut(Object.keys(contents))
  const decoded = layout.placed.map(({ file }) => {
    const content = contents[file]!
    return content === ''
      ? { skipped: { code: 'pictures/damaged', says: 'Damaged.' } }
      : { hash: content, format: 'jpeg', width: 4, height: 3, sizeBytes: 9 }
  })
  return assemble(layout, decoded, wish)
}
const codes = (report: { skipped: { file: string; code: string }[] }) =>
  report.skipped.map(({ file, code }) => `${file} ${code}`)

test('labels follow the class names’ code points, and every file is accounted for', () => {
  const { classes, pictures, report } = made({
    'b/1': 'p',
    'a/1': 'q',
    'é/1': 'r',
    'Z/1': 's',
    'a/2': '',
    'a/.x': 't',
  })
  expect(classes).toEqual(['Z', 'a', 'b', 'é'])
  expect(pictures.map(({ file, label }) => `${file} ${label}`)).toEqual(['Z/1 0', 'a/1 1', 'b/1 2', 'é/1 3'])
  expect(report).toMatchObject({ files: 6, imported: 4 })
  expect(codes(report)).toEqual(['a/.x ignored/system', 'a/2 pictures/damaged'])
  expect(importReportSchema.parse(report)).toEqual(report)
})

test('the same content in two classes is used in neither, and the line names both files', () => {
  const { report } = made({ 'a/1': 'same', 'b/1': 'same', 'a/2': 'p', 'b/2': 'q' })
  expect(codes(report)).toEqual(['a/1 pictures/two-classes', 'b/1 pictures/two-classes'])
  expect(report.skipped[0]!.says).toContain('b/1')
  expect(report.skipped[1]!.says).toContain('a/1')
})

test('the same content twice in a class is kept once', () => {
  const { report, pictures } = made({ 'a/1': 'same', 'a/2': 'same', 'b/1': 'q' })
  expect(codes(report)).toEqual(['a/2 pictures/duplicate'])
  expect(pictures.map(({ file }) => file)).toEqual(['a/1', 'b/1'])
})

test('content in train and test stays in test', () => {
  const { report, pictures } = made({
    'train/a/1': 'same',
    'train/a/2': 'p',
    'train/b/1': 'q',
    'test/a/1': 'same',
    'test/b/1': 'r',
  })
  expect(codes(report)).toEqual(['train/a/1 pictures/also-in-test'])
  expect(pictures.find(({ hash }) => hash === 'same')).toMatchObject({ file: 'test/a/1', split: 'test' })
})

test('validation is held out of train, class by class, unless the source has it or none is wanted', () => {
  const contents: Record<string, string> = {}
  for (const c of ['a', 'b']) {
    for (let n = 0; n < 20; n++) contents[`train/${c}/${n}`] = `${c}${n}`
    contents[`test/${c}/0`] = `test ${c}`
  }
  const counted = (made_: ReturnType<typeof made>, label: number) =>
    made_.pictures.filter((p) => p.label === label && p.split === 'validation').length
  const usual = made(contents)
  expect([counted(usual, 0), counted(usual, 1)]).toEqual([3, 3])
  expect(usual.split).toEqual({
    from: 'folders',
    seed: 0,
    shares: { train: 0.85, validation: 0.15, test: 0 },
  })
  expect(counted(made(contents, { validationShare: 0 }), 0)).toBe(0)
  expect(counted(made({ ...contents, 'val/a/x': 'v' }), 0)).toBe(1)
})

test('a class with one picture is trained on, with a warning; one without training pictures is left out', () => {
  const random = made({ 'a/1': 'p', 'b/1': 'q', 'b/2': 'r', 'b/3': 's' })
  expect(random.pictures[0]).toMatchObject({ file: 'a/1', split: 'train' })
  expect(random.report.warnings).toMatchObject([{ code: 'classes/one-picture', files: ['a/1'] }])
  const folders = made({ 'train/a/1': 'p', 'train/b/1': 'q', 'test/a/1': 'r', 'test/c/1': 's' })
  expect(folders.classes).toEqual(['a', 'b'])
  expect(codes(folders.report)).toEqual(['test/c/1 classes/no-training-pictures'])
})

test('names that differ only in case are kept apart, with a warning', () => {
  const { classes, report } = made({ 'Cat/1': 'p', 'Cat/2': 'q', 'cat/1': 'r', 'cat/2': 's' })
  expect(classes).toEqual(['Cat', 'cat'])
  expect(report.warnings).toMatchObject([
    { code: 'classes/differ-in-case', says: expect.stringContaining('"Cat" and "cat"') },
  ])
})

test('nothing to learn from is refused, with the first reason', () => {
  expect(() => made({})).toThrow(expect.objectContaining({ code: 'import/no-pictures' }))
  expect(() => made({ 'cat/1': 'p', 'cat/2': 'q' })).toThrow(
    expect.objectContaining({ code: 'import/one-class' }),
  )
  expect(() => made({ 'cat/1': '', 'dog/1': '' })).toThrow(
    /2 files were left out, the first of them cat\/1: Damaged\./,
  )
})

test('whatever lies where, no content is used twice and imported + skipped = files', () => {
  const file = fc.tuple(
    fc.constantFrom('', 'train/', 'test/', 'val/'),
    fc.constantFrom('a', 'b', 'c'),
    fc.nat(9),
  )
  const contents = fc.dictionary(
    file.map((parts) => `${parts[0]}${parts[1]}/${parts[2]}`),
    fc.constantFrom('', 'p', 'q', 'r', 's', 't', 'u', 'v'),
    { maxKeys: 30 },
  )
  fc.assert(
    fc.property(contents, (files) => {
      let result: ReturnType<typeof made>
      try {
        result = made(files)
      } catch (thrown) {
        expect((thrown as { code: string }).code).toMatch(/^import\//)
        return
      }
      const { pictures, report } = result
      expect(new Set(pictures.map(({ hash }) => hash)).size).toBe(pictures.length)
      expect(report.imported + report.skipped.length).toBe(report.files)
      expect(report.files).toBe(Object.keys(files).length)
    }),
  )
})

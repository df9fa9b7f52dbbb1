import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Database } from './database.ts'
import type { Store } from './open.ts'
import { madeUpPictures, madeUpVersion } from './testing/made-up.ts'

/** What datasets must do, on every sort of Postgres. */
export function describeDatasets(open: () => Store, connection: () => Database): void {
  test('a version has all that was given, pictures in the order of the import', async () => {
    const given = madeUpVersion('dogs', 7)
    const version = await open().datasets.create(given)
    expect(version).toMatchObject({
      dataset: 'dogs',
      version: 1,
      classes: given.classes,
      counts: { train: 3, validation: 2, test: 2 },
      split: given.split,
    })
    expect(await open().datasets.pictures(version.id)).toEqual(given.pictures)
    expect(await open().datasets.report(version.id)).toEqual(given.report)
    expect(await open().datasets.find(version.id)).toEqual(version)
    expect(await open().datasets.list()).toContainEqual(version)
  })

  test('a name stands for its latest version, name@1 and ids for one', async () => {
    const first = await open().datasets.create(madeUpVersion('birds'))
    const second = await open().datasets.create(madeUpVersion('birds', 4))
    expect([first.version, second.version]).toEqual([1, 2])
    expect(await open().datasets.find('birds')).toEqual(second)
    expect(await open().datasets.find('birds@1')).toEqual(first)
    expect(await open().datasets.find('birds@2')).toEqual(second)
    expect(await open().datasets.find(first.id)).toEqual(first)
    for (const unknown of ['birds@3', 'bird', '', '%', "'"]) {
      expect(await open().datasets.find(unknown)).toBeUndefined()
    }
  })

  test('an id is found even where a dataset is named like it', async () => {
    const first = await open().datasets.create(madeUpVersion('fish'))
    await open().datasets.create(madeUpVersion(first.id))
    expect(await open().datasets.find(first.id)).toEqual(first)
  })

  test('imports of one name at the same time become versions of their own', async () => {
    const all = await Promise.all(
      [3, 4, 5, 6].map((count) => open().datasets.create(madeUpVersion('cats', count))),
    )
    expect(all.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4])
  })

  test('more pictures than one batch come back in order', async () => {
    const given = madeUpVersion('many', 12_001)
    const version = await open().datasets.create(given)
    expect(await open().datasets.pictures(version.id)).toEqual(given.pictures)
  })

  test('a version whose last picture is refused leaves nothing behind', async () => {
    const before = await open().datasets.list()
    const broken = { ...madeUpPictures(1)[0]!, width: 2 ** 40 }
    const given = { ...madeUpVersion('torn'), pictures: [...madeUpPictures(5001), broken] }
    await expect(open().datasets.create(given)).rejects.toThrow()
    expect(await open().datasets.list()).toEqual(before)
    const counted = sql`select count(*)::int as count from pictures p where not exists
      (select from dataset_versions v where v.id = p.version_id)`
    expect(await connection().db.execute(counted)).toMatchObject({ rows: [{ count: 0 }] })
    expect(await open().datasets.create(madeUpVersion('torn'))).toMatchObject({ version: 1 })
  })

  test.each(['', ' ', ' dogs', 'dogs@1', 'do\ngs', 'd'.repeat(101)])(
    'the name %j is refused',
    async (bad) => {
      await expect(open().datasets.create(madeUpVersion(bad))).rejects.toThrow(
        expect.objectContaining({ code: 'datasets/bad-name' }),
      )
    },
  )

  test('names in any script come back as they were; what no database holds becomes U+FFFD', async () => {
    const names = [
      'n02085620-Chihuahua',
      'Žluťoučký kůň',
      '犬',
      'كلب',
      '🐕‍🦺',
      '"\\',
      "'; drop table runs; --",
      'a\0b\ud800c',
    ]
    const given = { ...madeUpVersion('scripts'), classes: names }
    const pictures = names.map((file, n) => ({ ...madeUpPictures(names.length)[n]!, file }))
    const version = await open().datasets.create({ ...given, pictures })
    const kept = names.with(-1, 'a\ufffdb\ufffdc')
    expect(version.classes).toEqual(kept)
    expect((await open().datasets.pictures(version.id)).map(({ file }) => file)).toEqual(kept)
  })
}

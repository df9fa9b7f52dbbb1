import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, type Basket, EMPTY_BASKET, filesOf, nameGroup, removeGroup, viewOf } from './basket.ts'

type Named = { readonly name: string }
const dropped = (...paths: string[]) =>
  paths.map((path) => ({ path, file: { name: path.split('/').at(-1)! } }))
const basketOf = (...paths: string[]): Basket<Named> => add<Named>(EMPTY_BASKET, dropped(...paths))

describe('a basket of dropped files', () => {
  test('shows the classes that the import will find', () => {
    expect(
      viewOf(
        basketOf('dogs/train/pug/1.jpg', 'dogs/train/lab/2.jpg', 'dogs/test/pug/3.jpg', 'dogs/.DS_Store'),
      ),
    ).toEqual({
      classes: [
        { name: 'lab', pictures: 1 },
        { name: 'pug', pictures: 2 },
      ],
      pictures: 3,
      leftOut: 0,
      unnamed: 0,
    })
  })

  test('asks for a name of loose pictures, and makes them a class', () => {
    const basket = add(basketOf('a.jpg', 'b.jpg'), dropped('c.jpg'))
    expect(viewOf(basket).unnamed).toBe(2)
    const named = nameGroup(nameGroup(basket, 1, 'pug'), 2, ' lab ')
    expect(filesOf(named).map(({ path }) => path)).toEqual(['lab/c.jpg', 'pug/a.jpg', 'pug/b.jpg'])
    expect(viewOf(removeGroup(named, 1)).classes).toEqual([{ name: 'lab', pictures: 1 }])
  })

  test('puts loose pictures beside the classes of a dropped folder', () => {
    const basket = nameGroup(add(basketOf('dogs/pug/1.jpg', 'dogs/lab/1.jpg'), dropped('x.jpg')), 1, 'corgi')
    expect(viewOf(basket).classes.map(({ name }) => name)).toEqual(['corgi', 'lab', 'pug'])
  })

  test('loses no file, whatever their names are, and is the same in any order', () => {
    const anyPath = fc.constantFrom('a.jpg', 'b.jpg', 'pug/a.jpg', 'pug/b.jpg', 'pug/a 2.jpg', 'lab/a.jpg')
    fc.assert(
      fc.property(fc.array(fc.array(anyPath, { maxLength: 5 }), { maxLength: 4 }), (drops) => {
        let basket: Basket<Named> = EMPTY_BASKET
        for (const drop of drops) basket = add(basket, dropped(...drop))
        for (const { id } of basket.loose) basket = nameGroup(basket, id, 'pug')
        const paths = filesOf(basket).map(({ path }) => path)
        expect(new Set(paths).size).toBe(paths.length)
        const loose = basket.loose.reduce((sum, { files }) => sum + files.length, 0)
        expect(paths.length).toBe(basket.placed.length + loose)
        expect(paths).toEqual([...paths].sort((a, b) => (a < b ? -1 : 1)))
      }),
    )
  })
})

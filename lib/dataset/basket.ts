import { byCodePoint } from './code-points.ts'
import { layOut } from './layout.ts'
import { isSystemFile } from './source-path.ts'

/** Loose pictures that were added together, and become one class. */
export type LooseGroup<F> = { readonly id: number; readonly className: string; readonly files: readonly F[] }

/** What was dropped so far: folders with their paths, loose pictures in groups that want a class name. */
export type Basket<F> = {
  readonly placed: readonly { readonly path: string; readonly file: F }[]
  readonly loose: readonly LooseGroup<F>[]
}

/** What an import of the basket would see. */
export type BasketView = {
  readonly classes: readonly { readonly name: string; readonly pictures: number }[]
  readonly pictures: number
  /** Files that are no pictures by their place or name; the import says why of each. */
  readonly leftOut: number
  /** Loose groups without a name. */
  readonly unnamed: number
}

export const EMPTY_BASKET: Basket<never> = { placed: [], loose: [] }

/** Adds what was dropped or chosen at once. A path without a folder is a loose picture. */
export function add<F>(basket: Basket<F>, dropped: readonly { path: string; file: F }[]): Basket<F> {
  const wanted = dropped.filter(({ path }) => !isSystemFile(path))
  const loose = wanted.filter(({ path }) => !path.includes('/')).map(({ file }) => file)
  const paths = new Set(basket.placed.map(({ path }) => path))
  const placed = wanted.filter(({ path }) => path.includes('/') && !paths.has(path) && paths.add(path))
  const id = Math.max(0, ...basket.loose.map((group) => group.id)) + 1
  return {
    placed: [...basket.placed, ...placed],
    loose: loose.length === 0 ? basket.loose : [...basket.loose, { id, className: '', files: loose }],
  }
}

/** Gives loose pictures their class. */
export function nameGroup<F>(basket: Basket<F>, id: number, className: string): Basket<F> {
  return {
    ...basket,
    loose: basket.loose.map((group) => (group.id === id ? { ...group, className } : group)),
  }
}

/** Takes loose pictures out again. */
export function removeGroup<F>(basket: Basket<F>, id: number): Basket<F> {
  return { ...basket, loose: basket.loose.filter((group) => group.id !== id) }
}

/**
 * The basket as a folder, sorted by path so that the same files always make the same upload. Loose pictures stand under
 * their class; of two with the same name there the later gets a number.
 */
export function filesOf<F extends { readonly name: string }>(basket: Basket<F>): { path: string; file: F }[] {
  const files = [...basket.placed]
  const taken = new Set(files.map(({ path }) => path))
  const top = topFolder(basket)
  for (const { className, files: group } of basket.loose) {
    const folder = `${top}${folderName(className)}`
    for (const file of group) {
      const path = freePath(`${folder}/${file.name}`, taken)
      taken.add(path)
      files.push({ path, file })
    }
  }
  return files.sort((a, b) => byCodePoint(a.path, b.path))
}

/** What an import would make of it, by the import's own rules. */
export function viewOf<F extends { readonly name: string }>(basket: Basket<F>): BasketView {
  const named = { ...basket, loose: basket.loose.filter(({ className }) => className.trim() !== '') }
  const { placed, skipped } = layOut(filesOf(named).map(({ path }) => path))
  const counts = new Map<string, number>()
  for (const { className } of placed) counts.set(className, (counts.get(className) ?? 0) + 1)
  return {
    classes: [...counts]
      .map(([name, pictures]) => ({ name, pictures }))
      .sort((a, b) => byCodePoint(a.name, b.name)),
    pictures: placed.length,
    leftOut: skipped.length,
    unnamed: basket.loose.length - named.loose.length,
  }
}

/** Classes of loose pictures stand beside those of a dropped folder: inside its top folder, where it has one. */
function topFolder(basket: Basket<unknown>): string {
  const tops = new Set(basket.placed.map(({ path }) => path.split('/', 1)[0]!))
  const nested = basket.placed.some(({ path }) => path.split('/').length > 2)
  return tops.size === 1 && nested ? `${[...tops][0]}/` : ''
}

function folderName(className: string): string {
  return className.trim().replaceAll(/[/\\\0]/g, '-') || 'unnamed'
}

function freePath(path: string, taken: ReadonlySet<string>): string {
  if (!taken.has(path)) return path
  const dot = path.lastIndexOf('.')
  const at = dot > path.lastIndexOf('/') ? dot : path.length
  for (let n = 2; ; n++) {
    const other = `${path.slice(0, at)} ${n}${path.slice(at)}`
    if (!taken.has(other)) return other
  }
}

/** ImageNet's number in front of a class: `n02085620-Chihuahua`. */
const SYNSET = /^n\d{8}[-_ ]+(?=.)/

/** A class's folder name as people read it: `n02085620-Chihuahua` → `Chihuahua`, `african_hunting_dog` → `African hunting dog`. */
export function readableName(className: string): string {
  const words = className.replace(SYNSET, '').replaceAll('_', ' ').replace(/\s+/g, ' ').trim()
  const [first = '', ...rest] = words || className
  return first.toLocaleUpperCase('en') + rest.join('')
}

/** What two datasets' names of the same class have in common: synset prefix, case, `_`, `-` and spaces don't count. */
export function matchKey(name: string): string {
  const bare = name.normalize('NFC').replace(SYNSET, '').toLowerCase()
  return bare.replace(/[-_\s]+/g, '') || name
}

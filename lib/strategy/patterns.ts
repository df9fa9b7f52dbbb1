import type { BackboneGraph } from '../backbone/graph.ts'
import { HEAD } from '../backbone/head.ts'
import { weightShapes } from '../backbone/shapes.ts'
import { Problem } from '../problem.ts'
import { nearest } from '../run/near-names.ts'

/** What a pattern on weight names matches. */
export type PatternMatch = { readonly pattern: string; readonly weights: readonly string[] }

/**
 * Weights of a graph that patterns match, pattern by pattern. A pattern with `*` or `?` is a glob over the whole name; a
 * weight's whole name matches that weight alone (`bn1.weight` is the stem's); any other matches the names that contain it.
 *
 * @throws Problem `strategy/pattern-matches-nothing` that suggests names.
 */
export function matchPatterns(graph: BackboneGraph, patterns: readonly string[]): PatternMatch[] {
  const names = [...weightShapes(graph).keys()]
  return patterns.map((pattern) => {
    const weights = names.includes(pattern) ? [pattern] : names.filter(matcher(pattern))
    if (weights.length === 0) throw matchesNothing(pattern, graph, names)
    return { pattern, weights }
  })
}

/** Every weight that one of the patterns matches. @throws as {@link matchPatterns} */
export function weightsMatching(graph: BackboneGraph, patterns: readonly string[]): Set<string> {
  return new Set(matchPatterns(graph, patterns).flatMap(({ weights }) => weights))
}

function matcher(pattern: string): (name: string) => boolean {
  if (!/[*?]/.test(pattern)) return (name) => pattern !== '' && name.includes(pattern)
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const glob = new RegExp(`^${source}$`)
  return (name) => glob.test(name)
}

function matchesNothing(pattern: string, graph: BackboneGraph, names: readonly string[]): Problem {
  const near = nearNames(pattern, graph, names)
  return new Problem('strategy/pattern-matches-nothing', {
    says: `The pattern "${pattern}" matches no weight of this backbone.`,
    advice:
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : `Weights are named like ${names[0]} and ${names.at(-1)}; layer groups are ${graph.groups.filter((group) => group !== HEAD).join(', ')}.`,
  })
}

/** Layer groups, modules and weights whose names are a few letters off, the shortest names first. */
function nearNames(pattern: string, graph: BackboneGraph, names: readonly string[]): string[] {
  const written = pattern.replaceAll(/[*?]/g, '').replace(/^\.+|\.+$/g, '')
  const modules = names.flatMap((name) => prefixesOf(name))
  const candidates = [...new Set([...graph.groups, ...modules])]
  // A dot is a letter like any other here: `block.6` is near `blocks.6`, not near every name that ends in 6.
  const flat = new Map(candidates.map((name) => [name.replaceAll('.', '/'), name]))
  return nearest(written.replaceAll('.', '/'), [...flat.keys()]).map((name) => flat.get(name)!)
}

/** `blocks.6.0.bn1.weight` → `blocks`, `blocks.6`, … and itself. */
function prefixesOf(name: string): string[] {
  const parts = name.split('.')
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'))
}

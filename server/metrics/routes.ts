/** Names of requests for metrics: few, whatever people ask for. */
export type NameRoute = (path: string) => string

/**
 * Every route of the OpenAPI document is one name; pages, static files and the rest are one each.
 *
 * @param templates as in the document: `/api/runs/{id}`.
 */
export function routeNames(templates: readonly string[]): NameRoute {
  const known = [...new Set(templates)].map((template) => ({
    template,
    pattern: new RegExp(`^${escaped(template).replace(/\\\{\w+\\\}/g, '[^/]+')}$`),
  }))
  return (path) => {
    const found = known.find(({ pattern }) => pattern.test(path))
    if (found) return found.template
    if (OWN.has(path)) return path
    if (path.startsWith('/api/uploads')) return '/api/uploads'
    if (path.startsWith('/_next/')) return 'static'
    if (path.startsWith('/bundles/') || /^\/s\/[^/]+\/bundle\//.test(path)) return 'bundle'
    return path.startsWith('/api/') ? 'other' : 'page'
  }
}

const OWN = new Set(['/healthz', '/readyz', '/metrics', '/login'])

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

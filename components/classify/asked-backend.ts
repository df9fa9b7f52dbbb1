import { BACKENDS, type Backend } from '../../lib/classify/browser/backend-names.ts'

/** The backend that the page's address asks for (`?backend=wasm`). */
export function askedBackend(): Backend | undefined {
  const asked = new URLSearchParams(location.search).get('backend')
  return BACKENDS.find((backend) => backend === asked)
}

export function putIntoUrl(asked: Backend | undefined): void {
  const url = new URL(location.href)
  if (asked) url.searchParams.set('backend', asked)
  else url.searchParams.delete('backend')
  history.replaceState(history.state, '', url)
}

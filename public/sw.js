// Keeps the pages that classify (/demo, /models/<run>) for visits without a network: the page, what it is made of, and
// its model. A page says what belongs to it once its model runs (components/classify/keep-offline.ts); nothing else is
// ever kept. With a network a page is always the server's; files that are named by their content come from the cache.

/** Raised whenever what is kept changes its form: older caches are cleared. */
const CACHE = 'whippet-classify-1'
/** Under this name lies which files belong to which page. */
const BOOK = '/whippet-kept.json'

const isPage = (path) => path === '/demo' || /^\/models\/[^/]+$/.test(path)
/** Never changes under its name: the build's files by their names, a model's by their hash. */
const isNamedByContent = ({ pathname, searchParams }) =>
  pathname.startsWith('/_next/static/') || (isModelFile(pathname) && searchParams.has('sha256'))
const isModelFile = (path) => /^\/(demo|bundles\/[^/]+)\/./.test(path)

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()))
self.addEventListener('activate', (event) => event.waitUntil(takeOver()))
self.addEventListener('message', (event) => {
  if (event.data?.type === 'keep') event.waitUntil(keep(event.data))
})
self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (isNamedByContent(url)) event.respondWith(fromCacheFirst(request, url.href))
  else if (isModelFile(url.pathname)) event.respondWith(fromNetworkFirst(request, url.origin + url.pathname))
  else if (request.mode === 'navigate' && isPage(url.pathname))
    event.respondWith(fromNetworkFirst(request, url.origin + url.pathname))
})

async function takeOver() {
  const others = (await caches.keys()).filter((name) => name.startsWith('whippet-') && name !== CACHE)
  await Promise.all(others.map((name) => caches.delete(name)))
  await self.clients.claim()
}

async function fromCacheFirst(request, name) {
  const kept = await (await caches.open(CACHE)).match(name)
  return kept ?? fetch(request)
}

/** What is kept counts only when the server can't be reached; what it answers, errors too, is passed on. */
async function fromNetworkFirst(request, name) {
  try {
    return await fetch(request)
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(name)
    if (kept) return kept
    throw error
  }
}

let keeping = Promise.resolve()

/** One page at a time, so that the book is written by one. */
function keep(message) {
  keeping = keeping.then(() => keepPage(message)).catch((error) => console.warn('Not kept:', error))
  return keeping
}

async function keepPage({ page, files }) {
  if (!isPage(page)) return
  const cache = await caches.open(CACHE)
  const allowed = files.filter((file) => {
    const url = new URL(file, location.origin)
    return url.origin === location.origin && (isNamedByContent(url) || isModelFile(url.pathname))
  })
  for (const file of allowed) {
    const url = new URL(file, location.origin)
    if (isNamedByContent(url) && (await cache.match(url.href))) continue
    await put(cache, url.href)
  }
  // The page last: it is only worth having with all of its files.
  await put(cache, new URL(page, location.origin).href)
  const book = { ...(await readBook(cache)), [page]: allowed }
  await cache.put(BOOK, new Response(JSON.stringify(book)))
  await clearOthers(cache, book)
}

async function put(cache, href) {
  const response = await fetch(href, { credentials: 'same-origin' })
  if (!response.ok || response.redirected) throw new Error(`${href} came with status ${response.status}`)
  await cache.put(href, response)
}

async function readBook(cache) {
  return (await cache.match(BOOK))?.json()
}

/** What no page needs any more: files of older builds and models. */
async function clearOthers(cache, book) {
  const needed = new Set(
    [BOOK, ...Object.keys(book), ...Object.values(book).flat()].map((path) => new URL(path, location.origin).href),
  )
  const names = await cache.keys()
  await Promise.all(names.filter(({ url }) => !needed.has(url)).map((name) => cache.delete(name)))
}

import { openFeatureCache } from '../../features/cache/cache.ts'

/** Opens a cache and holds it; reads a row when it is told to, and says how many values came. */
const [dir, key, hash] = process.argv.slice(2) as [string, string, string]
const cache = await openFeatureCache(dir, JSON.parse(key), 8)
process.on('message', async () => process.send!((await cache.load([hash])).length))
process.send!('open')

import { startServer } from '../../main.ts'

/** A server in a process of its own, to be killed: says its address once it answers. */
const { url } = await startServer({ dataDir: process.argv[2]!, host: '127.0.0.1', port: 0, pages: 'none' })
process.send?.(url)

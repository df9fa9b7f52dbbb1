import { jsonLog } from '../../server/log/log.ts'
import { startServer } from '../../server/main.ts'

/** A server without pages; says its address once it answers, and ends in order when its parent lets go of it. */
const log = jsonLog()
const server = await startServer({
  dataDir: process.argv[2]!,
  databaseUrl: process.env.DATABASE_URL || undefined,
  host: '127.0.0.1',
  port: 0,
  pages: 'none',
  log,
  say: (line) => log.info(line),
})
process.on('disconnect', () => void server.stop().then(() => process.exit(0)))
process.send!(server.url)

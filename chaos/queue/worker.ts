import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { jsonLog } from '../../server/log/log.ts'
import { openRemoteWorker } from '../../server/worker/remote.ts'
import { superviseRun } from '../../server/worker/supervisor.ts'

/** A real worker whose trainers train nothing; tells its parent their pids. */
const trainer = fileURLToPath(new URL('./trainer.ts', import.meta.url))

const worker = await openRemoteWorker({
  dataDir: process.env.WHIPPET_DATA!,
  databaseUrl: process.env.DATABASE_URL,
  token: process.env.WHIPPET_WORKER_TOKEN,
  log: jsonLog(),
  goneMs: Number(process.env.CHAOS_GONE_MS),
  supervise: (run, settings) =>
    superviseRun(run, {
      ...settings,
      startTrainer(_devices, output) {
        const child = fork(trainer, { execArgv: [], stdio: ['ignore', output, output, 'ipc'] })
        process.send?.({ trainer: child.pid })
        child.on('exit', () => process.send?.({ ended: child.pid }))
        return child
      },
    }),
})
process.on('disconnect', () => void worker.close().then(() => process.exit(0)))
process.send?.('ready')

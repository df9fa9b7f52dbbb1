import { Command } from 'commander'
import { jsonLog, logStyle, readableLog } from '../../log/log.ts'
import { renewWorkerToken } from '../../queue/worker-tokens.ts'
import { openStore } from '../../store/open.ts'
import { embedded, openRemoteWorker } from '../../worker/remote.ts'
import { contextOf, interruptSignal } from '../context.ts'

export function workerCommand(): Command {
  const worker = new Command('worker')
    .description('do runs of a server’s queue on this machine too, until Ctrl-C')
    .option('--json', 'print one JSON document once it has begun')
    .addHelpText(
      'after',
      `
It needs the server's database in $DATABASE_URL, its pictures over $WHIPPET_BLOBS (or its data folder in $WHIPPET_DATA), and
a token in $WHIPPET_WORKER_TOKEN, which "whippet worker token" makes.

Example:
  DATABASE_URL=postgres://… WHIPPET_BLOBS=/mnt/whippet WHIPPET_WORKER_TOKEN=… whippet worker`,
    )
    .action(async (options: { json?: boolean }) => {
      const { dataDir, databaseUrl, output } = contextOf(options)
      const log =
        logStyle(process.env.WHIPPET_LOG, process.stderr.isTTY) === 'json'
          ? jsonLog()
          : readableLog(output.say)
      const interrupted = interruptSignal()
      const token = process.env.WHIPPET_WORKER_TOKEN
      const opened = await openRemoteWorker({ dataDir, databaseUrl, token, log })
      const devices = opened.devices.map(({ id }) => id)
      output.result({ devices }, `This worker does runs on ${devices.join(', ')}.`)
      if (!interrupted.aborted) {
        await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }))
      }
      log.info('Stopping … Runs write a checkpoint and go on elsewhere. Once more ends at once.')
      await opened.close()
      process.exit()
    })
  worker.addCommand(
    new Command('token')
      .description('make the token that workers show; one that was made before no longer counts')
      .option('--json', 'print one JSON document')
      .action(async (options: { json?: boolean }) => {
        const { databaseUrl, output } = contextOf(options)
        if (!databaseUrl) throw embedded()
        const store = await openStore({ databaseUrl })
        try {
          const token = await renewWorkerToken(store.database.db)
          output.result({ token }, `The worker token, told this once: ${token}`)
        } finally {
          await store.close()
        }
      }),
  )
  return worker
}

import { Command } from 'commander'
import { jsonLog, logStyle, readableLog } from '../../log/log.ts'
import { DEFAULT_HOST, DEFAULT_PORT } from '../../settings.ts'
import { contextOf, interruptSignal } from '../context.ts'
import { wholeNumber } from '../usage.ts'

/** Service managers and containers kill what has not ended soon after they asked. */
const LONGEST_STOP_MS = 19_000

type Options = { host: string; port: number; dev?: boolean; newToken?: boolean; json?: boolean }

export function serveCommand(): Command {
  return new Command('serve')
    .description('start the app: pages, REST and live events, until Ctrl-C')
    .option(
      '--host <address>',
      'where to listen; any but this machine’s own needs the admin token',
      DEFAULT_HOST,
    )
    .option('--port <port>', 'the first port to try; the next free one is taken', wholeNumber, DEFAULT_PORT)
    .option('--new-token', 'make another admin token; the old one no longer opens anything')
    .option('--dev', 'compile pages as they are asked for, and again when their source changes')
    .option('--json', 'print one JSON document once it answers')
    .addHelpText(
      'after',
      '\nExamples:\n  whippet serve\n  whippet serve --host 0.0.0.0 --port 8080\n  whippet serve --new-token --host 0.0.0.0',
    )
    .action(async (options: Options) => {
      const { output, ...context } = contextOf(options)
      const dev = options.dev || process.env.WHIPPET_DEV === '1'
      // Loaded only here: no other command needs Next or Socket.IO.
      const { startServer } = await import('../../main.ts')
      // Next speaks on stdout, which belongs to the one document.
      if (options.json) console.log = console.error
      const style = logStyle(process.env.WHIPPET_LOG, process.stderr.isTTY)
      const log = style === 'json' ? jsonLog() : readableLog(output.say)
      const interrupted = interruptSignal()
      const running = await startServer({
        ...context,
        host: options.host,
        port: options.port,
        newToken: options.newToken,
        pages: dev ? 'dev' : 'built',
        say: (line) => log.info(line),
        log,
      })
      output.result({ url: running.url }, `Whippet is at ${running.url}`)
      if (!interrupted.aborted) {
        await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }))
      }
      log.info('Stopping … Runs write a checkpoint and go on at the next start. Once more ends at once.')
      setTimeout(() => {
        log.warn('Not everything ended in time. Runs go on from their last checkpoint at the next start.')
        process.exit(1)
      }, LONGEST_STOP_MS).unref()
      await running.stop()
      // Next keeps handles of its own open.
      process.exit()
    })
}

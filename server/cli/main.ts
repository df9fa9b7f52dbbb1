import { Command, CommanderError } from 'commander'
import { branchCommand, extendCommand, resumeCommand } from './commands/again.ts'
import { alertsCommand } from './commands/alerts.ts'
import { backbonesCommand } from './commands/backbones.ts'
import { backupCommand } from './commands/backup.ts'
import { cacheCommand } from './commands/cache.ts'
import { doctorCommand } from './commands/doctor.ts'
import { evalCommand } from './commands/eval.ts'
import { exportCommand } from './commands/export.ts'
import { importCommand } from './commands/import.ts'
import { inferCommand } from './commands/infer.ts'
import { queueCommand } from './commands/queue.ts'
import { restoreCommand } from './commands/restore.ts'
import { runsCommand } from './commands/runs.ts'
import { serveCommand } from './commands/serve.ts'
import { setupCommand } from './commands/setup.ts'
import { stopCommand } from './commands/stop.ts'
import { trainCommand } from './commands/train.ts'
import { tuneCommand } from './commands/tune.ts'
import { workerCommand } from './commands/worker.ts'
import { createOutput } from './output.ts'

/** `whippet`: 0 done, 1 failed, 2 wrong usage. */

const WRONG_USAGE = 2

const program = new Command('whippet')
  .description('Fast transfer learning: from labelled pictures to a trained, measured, exported classifier.')
  .helpOption('-h, --help', 'show this help')
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    `
Everything is kept in the data folder: $WHIPPET_DATA, or .whippet in the working directory.
With $DATABASE_URL the database is that Postgres server instead of the embedded one.

Examples:
  whippet serve
  whippet import flowers.zip --name flowers
  whippet train --dataset flowers --follow
  whippet tune --dataset flowers
  whippet eval --run r4k2
  whippet export --run r4k2 --out flowers-model`,
  )

const commands = [
  serveCommand,
  importCommand,
  trainCommand,
  tuneCommand,
  evalCommand,
  inferCommand,
  exportCommand,
  runsCommand,
  queueCommand,
  stopCommand,
  resumeCommand,
  extendCommand,
  branchCommand,
  alertsCommand,
  cacheCommand,
  backupCommand,
  restoreCommand,
  backbonesCommand,
  doctorCommand,
  setupCommand,
  workerCommand,
]
for (const command of commands) program.addCommand(command())
for (const command of [program, ...program.commands.flatMap((sub) => [sub, ...sub.commands])]) {
  command.exitOverride()
  // `whippet queue pause --json`: what stands after a sub-command is the sub-command's.
  command.enablePositionalOptions()
}

try {
  await program.parseAsync()
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    // Help and version are no mistakes.
    process.exitCode = thrown.exitCode === 0 ? 0 : WRONG_USAGE
  } else {
    createOutput(process.argv.includes('--json')).problem(thrown)
    process.exitCode = isUsage(thrown) ? WRONG_USAGE : 1
  }
}

function isUsage(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  return (
    code.startsWith('settings/') ||
    code.startsWith('tuning/bad-') ||
    code === 'cli/usage' ||
    code === 'backbones/unknown'
  )
}

import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { restore, restoreDatabase } from '../../backup/restore.ts'
import { type Context, contextOf, interruptSignal } from '../context.ts'
import { bar } from '../words.ts'

export function restoreCommand(): Command {
  return new Command('restore')
    .description('put a backup into an empty data folder, or a dump in the place of the embedded database')
    .argument('<backup>', 'the folder of a backup, or a dump (backups/database-….jsonl.gz)')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nEvery file is held to its checksum; where one is damaged nothing is restored. With $DATABASE_URL the database goes\nthere, and has to be empty too. A dump is put in the place of the embedded database, which is kept under another name.\n\nExamples:\n  WHIPPET_DATA=/srv/whippet whippet restore /mnt/backups/whippet\n  whippet restore .whippet/backups/database-2026-11-25T12-00-00-000Z.jsonl.gz',
    )
    .action(async (backup: string, options: { json?: boolean }) => {
      const context = contextOf(options)
      const from = resolve(backup)
      if ((await stat(from).catch(() => undefined))?.isFile()) return restoreDump(context, from)
      const { dataDir, databaseUrl, output } = context
      const { files, database, madeAt } = await restore({
        dataDir,
        databaseUrl,
        from,
        onProgress: (done, total) =>
          output.progress(`restoring ${bar(done / total)} ${done} of ${total} files`),
        signal: interruptSignal(),
      })
      output.result(
        { dataDir, madeAt, files: files.length, rows: database.rows },
        `The backup of ${madeAt} is restored into ${dataDir}: ${files.length} files and the database.`,
      )
    })
}

async function restoreDump({ dataDir, output }: Context, dump: string): Promise<void> {
  const replaced = await restoreDatabase(dataDir, dump)
  output.result(
    { dataDir, replaced },
    `The database is restored from ${dump}.${replaced ? ` The one before is in ${replaced}.` : ''}`,
  )
}

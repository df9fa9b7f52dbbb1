import { resolve } from 'node:path'
import { Command } from 'commander'
import type { DumpSummary } from '../../../lib/backup/manifest.ts'
import { bytes } from '../../../lib/figures.ts'
import { backUp } from '../../backup/backup.ts'
import { askOwner } from '../../owner/control.ts'
import { openWorker } from '../../worker/open.ts'
import { type Context, contextOf, interruptSignal } from '../context.ts'
import { bar } from '../words.ts'

/** A large database takes a while. */
const DUMP_TIMEOUT_MS = 1_800_000

export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the data folder and its database into a folder, while they are in use')
    .argument('<dir>', 'where to; one that holds a backup already is brought up to date')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nLeft out is what can be made again: the feature cache, and uploads that were not imported yet.\n\nExample:\n  whippet backup /mnt/backups/whippet',
    )
    .action(async (dir: string, options: { json?: boolean }) => {
      const context = contextOf(options)
      const { dataDir, output } = context
      const to = resolve(dir)
      const { manifest, copied, damaged } = await backUp({
        dataDir,
        to,
        dump: (file) => dumpOf(context, file),
        onProgress: (done, total) =>
          output.progress(`copying ${bar(done / total)} ${done} of ${total} files`),
        signal: interruptSignal(),
      })
      for (const path of damaged)
        output.say(`${path} is damaged: its bytes are not what its name says. Left out.`)
      const size = manifest.files.reduce((sum, file) => sum + file.bytes, manifest.database.bytes)
      output.result(
        { dir: to, files: manifest.files.length, copied, bytes: size, rows: manifest.database.rows, damaged },
        `${manifest.files.length} files and the database, ${bytes(size)}, are in ${to}; ${copied} files were new.`,
      )
      if (damaged.length > 0) process.exitCode = 1
    })
}

/** The server of the folder writes it, or we do as its owner. */
async function dumpOf(context: Context, file: string): Promise<DumpSummary> {
  const answer = await askOwner(context.dataDir, { type: 'dump', file }, DUMP_TIMEOUT_MS)
  if (answer) return answer
  const worker = await openWorker(context)
  try {
    return await worker.store.dump(file)
  } finally {
    await worker.close()
  }
}

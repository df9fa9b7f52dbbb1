import { Command } from 'commander'
import { askOwner } from '../../owner/control.ts'
import { asOwner, contextOf } from '../context.ts'

export function stopCommand(): Command {
  return new Command('stop')
    .description('stop a run at its next step and keep the best so far')
    .argument('<run>', 'its id, or the beginning of it')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  whippet stop r4k2')
    .action(async (wanted: string, options: { json?: boolean }) => {
      const context = contextOf(options)
      const stopped =
        (await askOwner(context.dataDir, { type: 'stop', run: wanted })) ??
        (await asOwner(context, async (worker) => ({ run: (await worker.stop(wanted)).id })))
      context.output.result(stopped, `Run ${stopped.run} ends at its next step.`)
    })
}

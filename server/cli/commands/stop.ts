import { Command } from 'commander'
import { isOver } from '../../../lib/run/run.ts'
import { askOwner } from '../../owner/control.ts'
import { notRunning } from '../../worker/open.ts'
import { contextOf, findRun } from '../context.ts'

export function stopCommand(): Command {
  return new Command('stop')
    .description('stop a run at its next step and keep the best so far')
    .argument('<run>', 'its id, or the beginning of it')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  whippet stop r4k2')
    .action(async (wanted: string, options: { json?: boolean }) => {
      const context = contextOf(options)
      const answer = await askOwner(context.dataDir, { type: 'stop', run: wanted })
      if (answer) return context.output.result(answer, `Run ${answer.run} ends at its next step.`)
      // Nobody owns the folder, so nothing runs in it: say what became of the run.
      const run = await findRun(context, wanted)
      if (!isOver(run.state))
        return context.output.result({ run: run.id }, `Run ${run.id} is not running any more.`)
      throw notRunning(run)
    })
}

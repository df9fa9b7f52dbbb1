import { Command } from 'commander'
import type { RunSummary } from '../../../lib/api/runs.ts'
import { askOwner } from '../../owner/control.ts'
import { asOwner, contextOf } from '../context.ts'
import { sayPaused } from '../paused.ts'
import { percent, table } from '../words.ts'

export function runsCommand(): Command {
  return new Command('runs')
    .description('list runs, the newest first')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExamples:\n  whippet runs\n  whippet runs --json | jq .runs[0].id')
    .action(async (options: { json?: boolean }) => {
      const context = contextOf(options)
      const answer = await askOwner(context.dataDir, { type: 'runs' })
      if (answer) await sayPaused(context)
      const runs = answer ? answer.runs : await asOwner(context, ({ store }) => store.runs.list())
      context.output.result(
        { runs: runs.map(shown) },
        runs.length === 0 ? 'No runs yet.' : table(runs.map(rowOf)),
      )
    })
}

function shown({ id, dataset, backbone, status, queuedAt, top1, problem }: RunSummary) {
  return { id, dataset: dataset.name, backbone, status, queuedAt, top1, ...(problem && { problem }) }
}

function rowOf({ id, dataset, backbone, status, queuedAt, top1, problem }: RunSummary): string[] {
  const score = top1 === undefined ? (problem?.says ?? '') : `top-1 ${percent(top1)}`
  return [id, dataset.name, backbone, status, queuedAt.slice(0, 16).replace('T', ' '), score]
}

import { Command } from 'commander'
import type { Run } from '../../../lib/run/run.ts'
import { askOwner } from '../../owner/control.ts'
import { asOwner, contextOf } from '../context.ts'
import { percent, table } from '../words.ts'

export function runsCommand(): Command {
  return new Command('runs')
    .description('list runs, the newest first')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExamples:\n  whippet runs\n  whippet runs --json | jq .runs[0].id')
    .action(async (options: { json?: boolean }) => {
      const context = contextOf(options)
      const answer = await askOwner(context.dataDir, { type: 'runs' })
      const runs = answer ? answer.runs : await asOwner(context, ({ store }) => store.runs.list())
      context.output.result(
        { runs: runs.map(summaryOf) },
        runs.length === 0 ? 'No runs yet.' : table(runs.map(rowOf)),
      )
    })
}

function summaryOf({ id, dataset, settings, state, queuedAt, evaluation }: Run) {
  return {
    id,
    dataset: dataset.name,
    backbone: settings.backbone,
    status: state.status,
    queuedAt,
    top1: evaluation?.top1,
    ...(state.status === 'failed' && { problem: state.problem }),
  }
}

function rowOf({ id, dataset, settings, state, queuedAt, evaluation }: Run): string[] {
  const score = evaluation
    ? `top-1 ${percent(evaluation.top1)}`
    : state.status === 'failed'
      ? state.problem.says
      : ''
  return [id, dataset.name, settings.backbone, state.status, queuedAt.slice(0, 16).replace('T', ' '), score]
}

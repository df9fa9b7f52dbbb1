import { Argument, Command } from 'commander'
import type { QueueState } from '../../../lib/api/queue.ts'
import { MOVES, type Move } from '../../../lib/run/queue-order.ts'
import { askOwner } from '../../owner/control.ts'
import type { OwnerRequest } from '../../owner/protocol.ts'
import { answersOf } from '../../worker/answers.ts'
import { asOwner, contextOf } from '../context.ts'
import { table } from '../words.ts'

type QueueRequest = Extract<OwnerRequest, { type: 'queue' | 'queue-pause' | 'queue-resume' | 'queue-move' }>

export function queueCommand(): Command {
  const queue = new Command('queue')
    .description('show the runs that wait, the next one first')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  whippet queue\n  whippet queue move r4k2 first\n  whippet queue pause --reason "maintenance at noon"\n  whippet queue resume',
    )
    .action((options: { json?: boolean }) => show({ type: 'queue' }, options))
  queue.addCommand(
    new Command('pause')
      .description('begin no more runs; what runs goes on')
      .option('--reason <text>', 'told to everyone who looks', '')
      .option('--json', 'print one JSON document')
      .action((options: { reason: string; json?: boolean }) =>
        show({ type: 'queue-pause', reason: options.reason }, options),
      ),
  )
  queue.addCommand(
    new Command('resume')
      .description('begin runs again')
      .option('--json', 'print one JSON document')
      .action((options: { json?: boolean }) => show({ type: 'queue-resume' }, options)),
  )
  queue.addCommand(
    new Command('move')
      .description('give a run that waits another place')
      .argument('<run>', 'its id, or the beginning of it')
      .addArgument(new Argument('<to>', 'where').choices(MOVES))
      .option('--json', 'print one JSON document')
      .action((run: string, to: Move, options: { json?: boolean }) =>
        show({ type: 'queue-move', run, to }, options),
      ),
  )
  return queue
}

/** Asks the owner of the data folder, or does it itself where there is none, and shows the queue as it stands then. */
async function show(request: QueueRequest, options: { json?: boolean }): Promise<void> {
  const context = contextOf(options)
  const state: QueueState =
    (await askOwner(context.dataDir, request)) ??
    (await asOwner(context, async (worker) => {
      const handlers = answersOf(worker) as {
        [type: string]: ((request: QueueRequest) => Promise<QueueState>) | undefined
      }
      return handlers[request.type]!(request)
    }))
  context.output.result(state, textOf(state))
}

function textOf({ paused, waiting }: QueueState): string {
  const rows = waiting.map(({ run, priority, devices, why }, i) => [
    String(i + 1),
    run,
    `priority ${priority}`,
    devices === 1 ? '1 device' : `${devices} devices`,
    why ?? '',
  ])
  const lines = [
    ...(paused ? [`The queue is paused. ${paused.says} ${paused.advice ?? ''}`.trim()] : []),
    rows.length > 0 ? table(rows) : 'Nothing waits.',
  ]
  return lines.join('\n')
}

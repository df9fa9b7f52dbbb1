import { Command } from 'commander'
import { branchSettings } from '../../../lib/run/branch.ts'
import type { Run } from '../../../lib/run/run.ts'
import { parseSet, runSettingsSchema } from '../../../lib/run/settings.ts'
import { STRATEGY_NAMES, type StrategyName } from '../../../lib/strategy/strategies.ts'
import { askOwner } from '../../owner/control.ts'
import { extendRun, resumeRun } from '../../worker/again.ts'
import type { Worker } from '../../worker/open.ts'
import { resolveRun } from '../../worker/queue-run.ts'
import { asOwner, type Context, contextOf, interruptSignal, reading } from '../context.ts'
import { doRun, report } from '../do-run.ts'
import { followToEnd, servedEvents } from '../follow.ts'
import { collect, countAbove0, oneOf } from '../usage.ts'

/** What goes on from what a run has made: `resume`, `extend`, `branch`. */

type Following = { follow?: boolean; json?: boolean }

export function resumeCommand(): Command {
  return withFollowing(
    new Command('resume')
      .description('let a run that was stopped or failed go on from its last checkpoint')
      .argument('<run>', 'its id, or the beginning of it'),
  )
    .addHelpText(
      'after',
      `
Fine-tuning goes on in the middle of the epoch where it was, with the same losses as if it had never stopped. A head that is
fitted by its solver begins again: on cached features that takes seconds.

Example:
  whippet resume r4k2 --follow`,
    )
    .action(async (run: string, options: Following) => {
      const context = contextOf(options)
      const asked = await askOwner(context.dataDir, { type: 'resume', run })
      await goOn(context, options, asked?.run, (worker) => resumeRun(worker, run))
    })
}

export function extendCommand(): Command {
  return withFollowing(
    new Command('extend')
      .description('train more epochs of the last phase of a run that succeeded')
      .argument('<run>', 'its id, or the beginning of it')
      .requiredOption('--epochs <n>', 'how many more', countAbove0),
  )
    .addHelpText(
      'after',
      `
It goes on from the last checkpoint. A cosine schedule, which has come to its end, begins once more at the phase's rate; the
other schedules go on as they were. The best checkpoint is kept: more epochs can't make the model worse on validation.

Example:
  whippet extend r4k2 --epochs 5`,
    )
    .action(async (run: string, options: Following & { epochs: number }) => {
      const context = contextOf(options)
      const { epochs } = options
      const asked = await askOwner(context.dataDir, { type: 'extend', run, epochs })
      await goOn(context, options, asked?.run, (worker) => extendRun(worker, run, epochs))
    })
}

type Branch = Following & {
  checkpoint?: 'best' | 'last'
  dataset?: string
  strategy?: StrategyName
  set?: string[]
}

export function branchCommand(): Command {
  return withFollowing(
    new Command('branch')
      .description("start a new run from another one's model, with its settings where nothing else is said")
      .argument('<run>', 'id of the run to start from, or the beginning of it')
      .option('--checkpoint <which>', 'best by validation, or last (default best)', oneOf(['best', 'last']))
      .option('--dataset <name>', 'another dataset, or a newer version with more classes: dogs@2')
      .option('--strategy <strategy>', `what is trained: ${STRATEGY_NAMES.join(', ')}`, oneOf(STRATEGY_NAMES))
      .option('--set <key=value>', 'a setting, see "whippet train --help"; again for more', collect),
  )
    .addHelpText(
      'after',
      `
Classes that both datasets have keep what the head learned of them; new ones start fresh, others are dropped.

Examples:
  whippet branch r4k2 --dataset dogs@2
  whippet branch r4k2 --strategy full-fine-tuning --set epochs=3 --set learningRate=0.0005
  whippet branch r4k2 --checkpoint last --strategy feature-extraction`,
    )
    .action(async (wanted: string, options: Branch) => {
      const context = contextOf(options)
      const parent = await reading(context, ({ findRun }) => findRun(wanted))
      const settings = settingsOf(parent, options)
      const asked = await askOwner(context.dataDir, { type: 'train', settings })
      await goOn(context, options, asked?.run, async (worker) => {
        const resolved = await resolveRun(worker, settings)
        return worker.store.runs.create(runSettingsSchema.parse(resolved.settings), resolved.version)
      })
    })
}

function settingsOf(parent: Run, { checkpoint, dataset, strategy, set = [] }: Branch) {
  const branch = branchSettings(parent, {
    ...(checkpoint && { checkpoint }),
    ...(dataset && { dataset }),
    ...(strategy && { strategy }),
  })
  const { dataset: version, backbone, strategy: name, from, recipe: _, ...base } = branch
  return { dataset: version, backbone, strategy: name, from, ...parseSet(set, name, base) }
}

function withFollowing(command: Command): Command {
  return command
    .option('--follow', 'draw the curves as they grow')
    .option('--json', 'print one JSON document')
}

/** A server that was asked has queued it, and goes on without us unless we follow; without a server it is done here. */
async function goOn(
  context: Context,
  { follow = false }: Following,
  queued: Run | undefined,
  begin: (worker: Worker) => Promise<Run>,
): Promise<void> {
  const { dataDir, output } = context
  if (queued && !follow)
    return output.result(
      { run: queued.id, status: 'queued' },
      `run ${queued.id} on ${queued.dataset.name} is queued`,
    )
  const how = { curves: follow, signal: interruptSignal() }
  if (queued) {
    output.say(`run ${queued.id}; Ctrl-C ends the following, not the run`)
    const eventsAfter = servedEvents(dataDir, queued.id)
    return report(await followToEnd(queued, output, { ...how, eventsAfter }), output)
  }
  const ended = await asOwner(context, async (worker) => {
    const run = await begin(worker)
    output.say(`run ${run.id} on ${run.dataset.name}`)
    return doRun(worker, run, output, how)
  })
  report(ended, output)
}

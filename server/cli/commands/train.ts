import { Command } from 'commander'
import { withHead } from '../../../lib/backbone/head.ts'
import { LOOKS } from '../../../lib/classify/look.ts'
import { RECIPE_NAMES, recipeNamed } from '../../../lib/recipes/recipes.ts'
import type { Run } from '../../../lib/run/run.ts'
import {
  hiddenUnitsOf,
  parseSet,
  type RunSettings,
  runSettingsSchema,
  settableKeys,
  strategyOf,
} from '../../../lib/run/settings.ts'
import { phasesOf } from '../../../lib/strategy/phases.ts'
import { STRATEGY_NAMES, type StrategyName } from '../../../lib/strategy/strategies.ts'
import { demandPossible, findBackbone } from '../../backbones/find.ts'
import { askOwner } from '../../owner/control.ts'
import type { Worker } from '../../worker/open.ts'
import { DEFAULT_BACKBONE } from '../../worker/queue-run.ts'
import { asOwner, type Context, contextOf, interruptSignal, readingOwn } from '../context.ts'
import { doRun, report } from '../do-run.ts'
import { followToEnd, servedEvents } from '../follow.ts'
import type { Output } from '../output.ts'
import { sayPaused } from '../paused.ts'
import { collect, oneOf, priority } from '../usage.ts'

/** Options that say what is trained, and how. */
export type RunOptions = {
  dataset: string
  backbone?: string
  strategy?: StrategyName
  recipe?: string
  trainable?: string[]
  skip?: string[]
  set?: string[]
}

type Options = RunOptions & {
  priority?: number
  follow?: boolean
  json?: boolean
}

export function trainCommand(): Command {
  return new Command('train')
    .description(
      'train a head and as much of its backbone as the strategy says, evaluate it on the test split, keep it',
    )
    .requiredOption('--dataset <name>', 'a dataset, or one version of it: dogs, dogs@2')
    .option('--backbone <id>', `see "whippet backbones" (default ${DEFAULT_BACKBONE})`)
    .option(
      '--strategy <strategy>',
      `what is trained: ${STRATEGY_NAMES.join(', ')} (default ${STRATEGY_NAMES[0]})`,
      oneOf(STRATEGY_NAMES),
    )
    .option('--recipe <name>', `settings that go together: ${RECIPE_NAMES.join(', ')}`)
    .option(
      '--trainable <pattern>',
      'train the weights whose names match, and the head; again for more',
      collect,
    )
    .option('--skip <pattern>', 'start the weights whose names match fresh; again for more', collect)
    .option('--set <key=value>', 'a setting, see below; again for more', collect)
    .option('--priority <number>', 'in the queue of a server: higher goes first (default 0)', priority)
    .option('--follow', 'draw the curves as they grow')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Ctrl-C stops the run at its next step and keeps the best so far. With a server on the data folder the run is queued there
and goes on without this command, which returns at once unless it follows.

Examples:
  whippet train --dataset flowers --follow
  whippet train --dataset dogs --backbone tf_efficientnet_lite2 --set l2=1e-3
  whippet train --dataset dogs --set solver=sgd --set epochs=20 --set learningRate=0.05
  whippet train --dataset dogs --strategy partial-fine-tuning --set groups=2 --set epochs=5
  whippet train --dataset dogs --strategy gradual-unfreezing --set stages=0,2:5:0.005,all:5:0.001
  whippet train --dataset dogs --trainable blocks.6 --trainable conv_head --skip conv_head
  whippet train --dataset dogs --recipe balanced
Settings of the head: ${settableKeys().join(', ')}.
Of strategies that train more: ${tuningKeys().join(', ')}.
Looks (how often a picture is looked at): ${LOOKS.join(', ')}.`,
    )
    .action(async (options: Options) => {
      const context = contextOf(options)
      const settings = await settingsOf(options, context)
      const { output } = context
      const queued = await askOwner(context.dataDir, {
        type: 'train',
        settings: {
          ...settings,
          dataset: options.dataset,
          ...(options.priority !== undefined && { priority: options.priority }),
        },
      })
      if (queued && !options.follow) {
        const { id, dataset } = queued.run
        await sayPaused(context)
        return output.result({ run: id, status: 'queued' }, `run ${id} on ${dataset.name} is queued`)
      }
      const follow = { curves: options.follow ?? false, signal: interruptSignal() }
      if (queued) {
        output.say(`run ${queued.run.id}; Ctrl-C ends the following, not the run`)
        await sayPaused(context)
      }
      const run = queued
        ? await followToEnd(queued.run, output, {
            ...follow,
            eventsAfter: servedEvents(context.dataDir, queued.run.id),
          })
        : await asOwner(context, (worker) => trainRun(worker, options.dataset, settings, output, follow))
      report(run, output)
    })
}

/** What `--set` takes beside the head's own settings. */
export function tuningKeys(): string[] {
  const own = new Set(settableKeys())
  return [...new Set(STRATEGY_NAMES.flatMap((name) => settableKeys(name)))].filter((key) => !own.has(key))
}

/** What the options say of a run, names looked up. @throws Problem `settings/…`, `recipes/…`, `backbones/…`, `strategy/…`. */
export async function settingsOf(
  options: RunOptions,
  context: Pick<Context, 'dataDir'>,
): Promise<Omit<RunSettings, 'dataset'>> {
  const { trainable, skip, set = [] } = options
  const recipe = options.recipe === undefined ? undefined : recipeNamed(options.recipe)
  const backbone = options.backbone ?? recipe?.backbone ?? DEFAULT_BACKBONE
  const strategy =
    options.strategy ?? recipe?.strategy ?? (trainable ? 'partial-fine-tuning' : 'feature-extraction')
  const found = await findBackbone(backbone, context)
  // A recipe's options belong to its strategy; those of another one would not fit.
  const base = recipe?.strategy === strategy ? recipe.settings : {}
  const chosen = parseSet(set, strategy, base)
  const freeze = { ...chosen.freeze, ...(trainable && { trainable }), ...(skip && { skip }) }
  const settings = {
    backbone,
    strategy,
    ...(options.recipe !== undefined && { recipe: options.recipe }),
    ...chosen,
    ...(Object.keys(freeze).length > 0 && { freeze }),
  }
  demandPossible(found, settings)
  // A pattern that matches nothing is said now, not when the run begins.
  if (!found.imported) phasesOf(strategyOf(settings), withHead(found.graph(), 2, hiddenUnitsOf(settings)))
  return settings
}

/** Queues a run, does it, and says how it ended; a signal stops it and keeps the best so far. */
export async function trainRun(
  worker: Worker,
  dataset: string,
  settings: Omit<RunSettings, 'dataset'>,
  output: Output,
  { curves, signal }: { curves: boolean; signal: AbortSignal },
): Promise<Run> {
  const { store } = worker
  const version = await readingOwn(worker).findDataset(dataset)
  const run = await store.runs.create(runSettingsSchema.parse({ ...settings, dataset: version.id }), version)
  output.say(`run ${run.id} on ${run.dataset.name}`)
  if (heldOutAgainst(run)) {
    output.say(
      `note: ${run.settings.recipe} wants nothing held out, and ${run.dataset.name} keeps ${run.dataset.counts.validation} pictures for validation: import it with --validation 0 to repeat the tutorial.`,
    )
  }
  return doRun(worker, run, output, { curves, signal })
}

/** Whether the run's recipe wants every picture for training, and its dataset keeps some. */
function heldOutAgainst({ settings: { recipe }, dataset }: Run): boolean {
  return recipe !== undefined && recipeNamed(recipe).nothingHeldOut === true && dataset.counts.validation > 0
}

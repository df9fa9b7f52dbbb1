import { Command, Option } from 'commander'
import type { NewTune, Tune } from '../../../lib/api/tunes.ts'
import { LOOKS } from '../../../lib/classify/look.ts'
import { RECIPE_NAMES } from '../../../lib/recipes/recipes.ts'
import { settableKeys, settingName } from '../../../lib/run/settings.ts'
import { STRATEGY_NAMES } from '../../../lib/strategy/strategies.ts'
import { DEFAULT_TRIALS, MOST_TRIALS } from '../../../lib/tuning/plan.ts'
import { askOwner } from '../../owner/control.ts'
import { DEFAULT_BACKBONE } from '../../worker/queue-run.ts'
import { type Context, contextOf, interruptSignal } from '../context.ts'
import { followServed, goOnAlone, tuneAlone } from '../tuning/do.ts'
import { tuneDocument, tuneText } from '../tuning/words.ts'
import { collect, oneOf, wholeBetween } from '../usage.ts'
import { type RunOptions, settingsOf, tuningKeys } from './train.ts'

type Options = Partial<RunOptions> & {
  trials: number
  halving?: boolean
  search?: string[]
  seed: number
  tune?: string
  follow?: boolean
  json?: boolean
}

export function tuneCommand(): Command {
  return new Command('tune')
    .description('search for good settings: trials that are judged on the validation split, never on test')
    .option('--dataset <name>', 'a dataset, or one version of it: dogs, dogs@2')
    .option('--backbone <id>', `see "whippet backbones" (default ${DEFAULT_BACKBONE})`)
    .option(
      '--strategy <strategy>',
      `what is trained: ${STRATEGY_NAMES.join(', ')} (default ${STRATEGY_NAMES[0]})`,
      oneOf(STRATEGY_NAMES),
    )
    .option('--recipe <name>', `settings that go together: ${RECIPE_NAMES.join(', ')}`)
    .option('--trials <count>', 'how many settings are tried', wholeBetween(1, MOST_TRIALS), DEFAULT_TRIALS)
    .option('--halving', 'few epochs for all, three times as many for the best third, and so on')
    .option('--search <key=range>', 'a setting to search, see below; again for more', collect)
    .option('--set <key=value>', 'a setting that all trials have; again for more', collect)
    .option(
      '--seed <number>',
      'of the draw: the same seed tries the same settings',
      wholeBetween(0, 0xffffffff),
      0,
    )
    .addOption(
      new Option('--tune <id>', 'go on with a tune that was interrupted, or show one').conflicts([
        'dataset',
        'search',
        'set',
        'recipe',
      ]),
    )
    .option('--follow', 'with a server: wait for the end')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
A range is from..to: rates, L2, weight decay and ranges of two decades or more are drawn log-uniform, others uniform, whole
numbers where the setting is whole; from..to:log and from..to:uniform say which. Choices are a,b,c, or a|b where a value
has commas. Without --search, what is worth varying with the strategy is varied.

Trials share the feature cache and are judged on validation, the best loss first. Ctrl-C ends the tune and keeps the best so
far. With a server on the data folder the tune is done there, next to other runs, and this command returns at once unless
it follows. A tune that was killed goes on: by itself in a server, with --tune ID in a command.

Examples:
  whippet tune --dataset flowers
  whippet tune --dataset dogs --set solver=sgd --search learningRate=1e-3..1 --search momentum=0,0.9 --halving
  whippet tune --dataset dogs --strategy partial-fine-tuning --search 'groups=1,2,3' --search learningRate=1e-4..1e-1
  whippet tune --dataset dogs --search looks=whole,whole+second --search resize=squash,crop --trials 4
Settings of the head: ${settableKeys().join(', ')}.
Of strategies that train more: ${tuningKeys().join(', ')}.
Looks (how often a picture is looked at): ${LOOKS.join(', ')}.`,
    )
    .action(async (options: Options, command: Command) => {
      const context = contextOf(options)
      const { dataset, tune } = options
      if (dataset === undefined && tune === undefined)
        command.error("error: required option '--dataset <name>' not specified", { exitCode: 2 })
      const ended =
        dataset === undefined ? await goOn(context, tune!) : await begin(context, { ...options, dataset })
      context.output.result(tuneDocument(ended), tuneText(ended))
      if (ended.status === 'failed') process.exitCode = 1
    })
}

async function begin(context: Context, options: Options & RunOptions): Promise<Tune> {
  const wanted = await wantedOf(options, context)
  const served = await askOwner(context.dataDir, { type: 'tune', wanted })
  if (!served) return tuneAlone(context, wanted, interruptSignal())
  if (!options.follow) return served.tune
  context.output.say(`tune ${served.tune.id}; Ctrl-C ends the following, not the tune`)
  return followServed(context, served.tune, interruptSignal())
}

async function goOn(context: Context, tune: string): Promise<Tune> {
  const served = await askOwner(context.dataDir, { type: 'tune-state', tune, waitMs: 0 })
  if (!served) return goOnAlone(context, tune, interruptSignal())
  return followServed(context, served.tune, interruptSignal())
}

async function wantedOf(options: Options & RunOptions, context: Context) {
  const { dataset, trials, halving = false, seed, search, set = [] } = options
  const settings = await settingsOf(options, context)
  const chosen = set.map((pair) => settingName(pair.slice(0, pair.indexOf('=')).trim(), settings.strategy))
  return {
    run: { ...settings, dataset },
    trials,
    halving,
    seed,
    chosen,
    ...(search && { search }),
  } satisfies NewTune
}

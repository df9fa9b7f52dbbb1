import type { FreezeOptions } from '../../lib/run/freeze.ts'
import { type ChosenSettings, parseSet } from '../../lib/run/settings.ts'
import type { GroupChoice } from '../../lib/strategy/strategies.ts'
import type { RunRecord } from '../trainer/run-folder.ts'

/** The command that does a run again: every setting that is not the default. */
export function commandOf({
  dataset,
  backbone,
  settings,
}: Pick<RunRecord, 'dataset' | 'backbone' | 'settings'>): string {
  const { strategy, solver, freeze, training, preprocessing, looks, seed } = settings
  const { kind, ...rest } = solver
  const usual = parseSet(kind === 'exact' ? [] : [`solver=${kind}`], strategy)
  // With a strategy that fine-tunes, short names are its own.
  const prefix = strategy === 'feature-extraction' ? '' : 'solver.'
  const set: [string, unknown][] = [
    ...(kind === 'exact' ? [] : [['solver', kind] as [string, unknown]]),
    ...changed(rest, strategy === 'feature-extraction' && kind !== 'exact' ? {} : usual.solver).map(
      ([key, value]) => [`${prefix}${key}`, value] as [string, unknown],
    ),
    ...changed(training ?? {}, usual.training ?? {}).map(trainingText),
    ...Object.entries(preprocessing ?? {}),
    ...(looks === 'whole' ? [] : [['looks', looks] as [string, unknown]]),
    ...(seed === 0 ? [] : [['seed', seed] as [string, unknown]]),
  ]
  const words = [
    `whippet train --dataset ${dataset.name} --backbone ${backbone} --strategy ${strategy}`,
    ...freezeWords(freeze ?? {}),
    ...set.map(([key, value]) => `--set ${quoted(`${key}=${value}`)}`),
  ]
  return words.join(' ')
}

function changed(
  settings: Readonly<Record<string, unknown>>,
  usual: Partial<ChosenSettings['solver'] & ChosenSettings['training']>,
): [string, unknown][] {
  const before = usual as Record<string, unknown>
  return Object.entries(settings).filter(
    ([key, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(before[key]),
  )
}

function trainingText([key, value]: [string, unknown]): [string, unknown] {
  if (key !== 'groupRates') return [key, value]
  const rates = Object.entries(value as Record<string, number>)
  return [key, rates.map(([group, factor]) => `${group}:${factor}`).join(',')]
}

function freezeWords({ headFirst, groups, stages, trainable, skip }: FreezeOptions): string[] {
  return [
    ...(trainable ?? []).map((pattern) => `--trainable ${quoted(pattern)}`),
    ...(skip ?? []).map((pattern) => `--skip ${quoted(pattern)}`),
    ...(groups === undefined ? [] : [`--set groups=${groupText(groups, ',')}`]),
    ...(stages === undefined ? [] : [`--set stages=${stages.map(stageText).join(',')}`]),
    ...(headFirst === undefined ? [] : [`--set headFirst=${headFirst}`]),
  ]
}

function groupText(groups: GroupChoice, between: string): string {
  return typeof groups === 'object' ? groups.join(between) : String(groups)
}

function stageText({ groups, epochs, learningRate }: NonNullable<FreezeOptions['stages']>[number]): string {
  const parts = [groupText(groups, '+'), epochs ?? '', learningRate ?? '']
  return parts.join(':').replace(/:+$/, '')
}

/** In quotes where a shell would take it apart. */
function quoted(word: string): string {
  return /^[\w.,:=+/-]+$/.test(word) ? word : `'${word}'`
}

import { parseSet, type RunSettings, settableKeys } from '../run/settings.ts'
import type { GroupChoice, Stage } from '../strategy/strategies.ts'

/** What a run's settings say beyond the defaults of their strategy and solver, as `--set` writes it. */
export function setPairs(settings: RunSettings): string[] {
  const { strategy, solver } = settings
  const kind = solver.kind === 'exact' ? [] : [`solver.kind=${solver.kind}`]
  const usual = parseSet(kind, strategy)
  const pairs = settableKeys(strategy).flatMap((key) => {
    const value = valueIn(settings, key)
    if (key === 'solver.kind' || value === undefined) return []
    return same(value, valueIn(usual, key)) ? [] : [`${key}=${text(key, value)}`]
  })
  return [...kind, ...pairs]
}

/** The command that trains with these settings, ready to paste. `dataset` as people name it. */
export function trainCommand(settings: RunSettings, dataset: string): string {
  const { backbone, strategy } = settings
  const words = ['whippet', 'train', '--dataset', dataset, '--backbone', backbone, '--strategy', strategy]
  return [...words, ...setPairs(settings).flatMap((pair) => ['--set', pair])].map(quoted).join(' ')
}

/** A shell reads anything but these plain characters in its own way. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

function valueIn(settings: object, key: string): unknown {
  return key.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown>)?.[part], settings)
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

function text(key: string, value: unknown): string {
  switch (key) {
    case 'freeze.groups':
      return groupsText(value as GroupChoice, ',')
    case 'freeze.stages':
      return (value as Stage[]).map(stageText).join(',')
    case 'training.groupRates':
      return Object.entries(value as Record<string, number>)
        .map(([group, factor]) => `${group}:${factor}`)
        .join(',')
    default:
      return Array.isArray(value) ? value.join(',') : `${value}`
  }
}

const groupsText = (groups: GroupChoice, between: string) =>
  typeof groups === 'object' ? groups.join(between) : `${groups}`

function stageText({ groups, epochs, learningRate }: Stage): string {
  const parts = [groupsText(groups, '+'), `${epochs ?? ''}`, `${learningRate ?? ''}`]
  return parts.join(':').replace(/:+$/, '')
}

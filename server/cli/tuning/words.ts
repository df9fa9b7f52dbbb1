import type { Trial, Tune } from '../../../lib/api/tunes.ts'
import { percent as points } from '../../../lib/figures.ts'
import { settingText } from '../../../lib/tuning/setting-text.ts'
import type { Output } from '../output.ts'
import { duration, table } from '../words.ts'

/** Says each trial that is over, once. */
export function tuneTeller({ say }: Pick<Output, 'say'>): (tune: Tune) => void {
  const said = new Set<string>()
  let first = true
  return (tune) => {
    if (first) for (const { key, says } of tune.space) say(`  ${key}: ${says}`)
    first = false
    for (const trial of tune.trials) {
      const key = `${trial.trial}/${trial.rung}`
      if (!isOver(trial) || said.has(key)) continue
      said.add(key)
      say(trialLine(trial, tune))
    }
  }
}

const isOver = ({ state }: Trial) => state === 'succeeded' || state === 'failed' || state === 'stopped'

function trialLine(trial: Trial, { planned }: Tune): string {
  const { rank, seconds, settings, state, problem } = trial
  const name = `trial ${nameOf(trial)}`.padEnd(11)
  const time = seconds === undefined ? '' : ` in ${duration(seconds)}`
  const words = Object.entries(settings)
    .map(([key, value]) => `${shortName(key)} ${settingText(value)}`)
    .join(', ')
  if (rank === undefined) return `${name} ${state}${problem ? `: ${problem.says}` : ''} (${words})`
  const place = rank === 1 && planned > 1 ? ', the best so far' : ''
  return `${name} ${figuresOf(trial)}${time} (${words})${place}`
}

/** `3`, or `3, round 2` of successive halving. */
const nameOf = ({ trial, rung }: Trial) => (rung === 0 ? `${trial}` : `${trial}, round ${rung + 1}`)

const figuresOf = ({ validationTop1, validationLoss }: Trial) =>
  `top-1 ${points(validationTop1!)}, loss ${validationLoss!.toFixed(4)}`

/** The last part of a key, as `--set` takes it too. */
const shortName = (key: string) => (key === 'solver.kind' ? 'solver' : key.slice(key.lastIndexOf('.') + 1))

/** A tune's result for people: the trials, the best first, and what trains the winner. */
export function tuneText(tune: Tune): string {
  const { id, status, trials, winner, pictures, planned, over, problem } = tune
  if (status === 'running' && over === 0)
    return `tune ${id} on ${tune.dataset.name} is begun: ${planned} trainings`
  const keys = [...new Set(trials.flatMap(({ settings }) => Object.keys(settings)))]
  const rounds = trials.some(({ rung }) => rung > 0)
  const shown = [...trials].sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity))
  const head = [
    'rank',
    'trial',
    'top-1',
    'loss',
    ...keys.map(shortName),
    ...(rounds ? ['round'] : []),
    'time',
    'run',
  ]
  const rows = shown.map((trial) => [
    trial.rank ?? '–',
    trial.trial,
    trial.validationTop1 === null ? trial.state : points(trial.validationTop1),
    trial.validationLoss?.toFixed(4) ?? '',
    ...keys.map((key) => settingText(trial.settings[key] ?? '')),
    ...(rounds ? [trial.rung + 1] : []),
    trial.seconds === undefined ? '' : duration(trial.seconds),
    trial.run ?? '',
  ])
  const failed = trials.find((trial) => trial.problem)?.problem
  return [
    `tune ${id} ${WORDS[status]}: ${over} of ${planned} trainings, judged on ${pictures} validation pictures`,
    '',
    table([head, ...rows]),
    ...(failed ? ['', `failed: ${failed.says}${failed.advice ? ` ${failed.advice}` : ''}`] : []),
    ...(problem ? ['', problem.says, ...(problem.advice ? [problem.advice] : [])] : []),
    ...(winner ? ['', `train the winner, trial ${winner.trial}:`, `  ${winner.command}`] : []),
  ].join('\n')
}

const WORDS = { running: 'is going on', succeeded: 'is done', stopped: 'was stopped', failed: 'failed' }

/** What `--json` prints. */
export function tuneDocument({ id, status, trials, winner, problem }: Tune) {
  return {
    tune: id,
    status,
    trials: trials.map(
      ({ run, trial, rung, settings, validationTop1, validationLoss, epochs, state, problem }) => ({
        run: run ?? null,
        trial,
        rung,
        settings,
        validationTop1,
        validationLoss,
        epochs,
        state,
        ...(problem && { problem }),
      }),
    ),
    winner: winner ? { run: winner.run, settings: winner.settings, command: winner.command } : null,
    ...(problem && { problem }),
  }
}

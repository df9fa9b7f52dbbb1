import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ZodError } from 'zod'
import type { ProblemSummary } from '../../lib/problem.ts'
import { Problem } from '../../lib/problem.ts'
import type { Interruption, NewRunEvent } from '../../lib/run/events.ts'
import type { Run } from '../../lib/run/run.ts'
import { FIRST, type Status } from '../../lib/run/states.ts'
import type { Device } from '../devices/device.ts'
import { environmentOf } from '../devices/environment.ts'
import { logOutput } from '../log/child-output.ts'
import type { Log } from '../log/log.ts'
import type { SharedFiles } from '../objects/shared-files.ts'
import type { Store } from '../store/open.ts'
import { keepModel } from '../trainer/fine-tuning/keep-model.ts'
import { fromTrainerSchema, type Job, type ToTrainer, TRAINER_PROTOCOL } from '../trainer/job.ts'
import { runFolder } from '../trainer/run-folder.ts'
import type { TeamCall } from '../trainer/team-calls.ts'
import { logWriter } from './log-writer.ts'
import { answerTeam, type TeamDesk } from './team/answer-team.ts'
import { shareFolder } from './team/share-folder.ts'
import { vanished } from './vanished.ts'

/** How long a trainer may take to end after it was asked to. */
const STOP_GRACE_MS = 5000
/** How long one may take to write its checkpoint when its server ends: a server ends within 20 s. */
const INTERRUPT_GRACE_MS = 12_000

/** An attempt that is under way. */
export type Supervised = {
  readonly run: string
  /** Asks the trainer to end at its next step and keep the best so far. Resolves once the log has it. */
  stop(): Promise<void>
  /**
   * Lets the trainer write its checkpoint, ends it, and leaves the run as it is, for another attempt. Resolves once the
   * process has ended.
   */
  interrupt(why?: Interruption): Promise<void>
  /** Kills the trainer: the attempt is another's, and nothing that it says counts. */
  abandon(): void
  /** The run as it ended, once its trainer has. */
  readonly ended: Promise<Run>
}

export type SupervisorSettings = {
  store: Store
  dataDir: string
  /** The run's alone while the attempt lasts. */
  devices: readonly Device[]
  startTrainer?: StartTrainer
  /** Its number, where it has begun; a new one is begun otherwise. */
  attempt?: number | undefined
  /**
   * What becomes of a run whose trainer ended without a word: by default it fails. With a queue it is interrupted, and
   * goes on with another attempt.
   */
  onVanished?: 'fail' | 'interrupt'
  /** How long a trainer may be silent in a state before it counts as stuck; without it that is not looked at. */
  patienceMs?: ((status: Status) => number) | undefined
  /** Takes what the trainer's process says; without it that goes where ours does. */
  log?: Log | undefined
  /** Whether a failure is not the run's: it is left as it is, for another attempt. */
  holdBack?: ((problem: ProblemSummary) => boolean) | undefined
  stopGraceMs?: number
  interruptGraceMs?: number
  /** What the run keeps goes over these, so that another machine can go on with it and everyone can use its model. */
  files?: SharedFiles | undefined
  /** Other machines that may take parts of an extraction. */
  team?: Omit<TeamDesk, 'run'> | undefined
}

export type StartTrainer = (devices: readonly Device[], output: 'pipe' | 'inherit') => ChildProcess

/** A trainer process that sees the first of these devices and no others: each other one gets a process of its own from it. */
export const startTrainer: StartTrainer = (devices, output) =>
  fork(fileURLToPath(new URL('../trainer/main.ts', import.meta.url)), {
    execArgv: [],
    env: { ...environmentOf(devices.slice(0, 1)), NODE_ENV: process.env.NODE_ENV },
    stdio: ['ignore', output, output, 'ipc'],
  })

/**
 * Begins an attempt at a queued run in a trainer process, and writes what happens to the run's log. Whatever becomes of
 * the process, the log ends with how the run ended.
 */
export async function superviseRun(run: Run, settings: SupervisorSettings): Promise<Supervised> {
  const { store, dataDir, devices, team, files } = settings
  const { stopGraceMs = STOP_GRACE_MS, interruptGraceMs = INTERRUPT_GRACE_MS } = settings
  const pictures = await store.datasets.pictures(run.dataset.version)
  const attempt = settings.attempt ?? (await store.runs.beginAttempt(run.id))
  const sharing = await shareFolder(files, runFolder(dataDir, run.id), attempt)
  const log = logWriter(
    (events) => store.runs.append(run.id, attempt, events),
    // What can't be written can't be done: another attempt has begun, or the database is gone.
    () => abandon(),
  )
  const start = settings.startTrainer ?? startTrainer
  const child = start(devices, settings.log ? 'pipe' : 'inherit')
  if (settings.log) logOutput(child, settings.log.with({ run: run.id, attempt, from: 'trainer' }))
  log.write({ type: 'started', pid: child.pid ?? 0 })

  let stopping: Promise<void> | undefined
  /** Why the attempt broke off, where the run goes on with another one; of an abandoned one nothing more is written. */
  let interrupted: Interruption | 'abandoned' | undefined
  let status: Status = FIRST
  let killer: NodeJS.Timeout | undefined
  let verdict: NewRunEvent | undefined
  child.on('message', (raw) => {
    const said = fromTrainerSchema.safeParse(raw)
    if (!said.success) {
      // An attempt whose words can't be stored has failed; this process must not fail with it.
      verdict = { type: 'failed', problem: misunderstood(said.error).summary() }
      log.write(verdict)
      child.kill('SIGKILL')
      return
    }
    heard()
    const message = said.data
    if (message.type === 'team') return void helped(message)
    const event = settings.onVanished === 'interrupt' ? message.event : withoutQueue(message.event)
    if (event.type === 'failed' && settings.holdBack?.(event.problem)) {
      interrupted ??= 'paused'
      return
    }
    if (ends(event) || event.type === 'interrupted') {
      verdict = event
      // Whoever hears of the end may ask for the model: it is shared first.
      if (sharing) return
    }
    if (event.type === 'phase') status = event.phase
    if (event.type === 'training-phase') status = 'training'
    log.write(event)
  })
  let silence: NodeJS.Timeout | undefined
  function heard(): void {
    clearTimeout(silence)
    if (!settings.patienceMs) return
    silence = setTimeout(() => {
      interrupted ??= 'stuck'
      child.kill('SIGKILL')
    }, settings.patienceMs(status))
  }
  heard()
  const exited = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(signal ?? `exit status ${code}`))
  })
  const job: Job = {
    run: run.id,
    attempt,
    dataDir,
    devices: devices.map(({ id, kind, index, threads }) => ({ id, kind, index, threads })),
    team: team !== undefined,
    settings: run.settings,
    extensions: [...(run.extensions ?? [])],
    dataset: run.dataset,
    pictures: pictures.map(({ hash, file, label, split }) => ({ hash, file, label, split })),
  }
  send(child, { type: 'start', protocol: TRAINER_PROTOCOL, job })

  async function end(): Promise<Run> {
    const death = await exited
    clearTimeout(killer)
    clearTimeout(silence)
    // Of an abandoned attempt nothing counts: log and folder are another's now.
    const isOurs = interrupted !== 'abandoned'
    const word = verdict ?? (isOurs ? await lastWord(death) : undefined)
    const unshared = await sharing?.end(isOurs)
    if (word && isOurs && (sharing || !verdict))
      log.write(verdict && unshared ? { type: 'failed', problem: unshared.summary() } : word)
    await log.flushed()
    const ended = await store.runs.find(run.id)
    return ended!
  }

  /** For a trainer that ended without one: it was killed after a stop, or it died. */
  async function lastWord(death: string): Promise<NewRunEvent> {
    if (stopping) return { type: 'stopped', kept: await keepModel(dataDir, run.id) }
    if (interrupted && interrupted !== 'abandoned') return { type: 'interrupted', why: interrupted }
    if (settings.onVanished === 'interrupt') return { type: 'interrupted', why: 'vanished' }
    await log.flushed()
    return { type: 'failed', problem: vanished((await store.runs.find(run.id)) ?? run, death) }
  }

  /** The other machines' part: only a job of a team asks for it. */
  async function helped(call: TeamCall): Promise<void> {
    if (team) send(child, await answerTeam({ ...team, run: run.id }, call))
  }

  const ended = end()
  function abandon(): void {
    interrupted = 'abandoned'
    child.kill('SIGKILL')
  }
  return {
    run: run.id,
    ended,
    async interrupt(why = 'closed') {
      if (!interrupted) {
        interrupted = why
        send(child, { type: 'interrupt' })
        killer ??= setTimeout(() => child.kill('SIGKILL'), interruptGraceMs)
      }
      await ended
    },
    abandon,
    stop() {
      stopping ??= (async () => {
        send(child, { type: 'stop' })
        killer ??= setTimeout(() => child.kill('SIGKILL'), stopGraceMs)
        log.write({ type: 'stop-requested' })
        await log.flushed()
      })()
      return stopping
    },
  }
}

function misunderstood(cause: ZodError): Problem {
  const [issue] = cause.issues
  return new Problem('trainer/misunderstood', {
    says: `The trainer of this run said what nobody understands (${issue?.path.join('.')}: ${issue?.message}).`,
    advice:
      'Train again with other settings, a smaller learning rate for example; if it happens again, report it.',
    cause,
  })
}

/** Where nobody begins another attempt, what broke this one off is how the run ends. */
function withoutQueue(event: NewRunEvent): NewRunEvent {
  return event.type === 'interrupted' && event.problem ? { type: 'failed', problem: event.problem } : event
}

function ends(event: NewRunEvent): boolean {
  return event.type === 'succeeded' || event.type === 'stopped' || event.type === 'failed'
}

function send(child: ChildProcess, message: ToTrainer): void {
  // A message that doesn't arrive needs no handling of its own: the exit that explains it does.
  if (child.connected) child.send(message, () => undefined)
}

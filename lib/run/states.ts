import type { RunState } from './state.ts'

export type Status = RunState['status']

/** In the order in which a run goes through them. */
export const STATUSES = [
  'queued',
  'preparing',
  'extracting',
  'training',
  'evaluating',
  'interrupted',
  'succeeded',
  'stopped',
  'failed',
] as const satisfies readonly Status[]

/** Whatever happens, an attempt may end so. */
const BROKEN_OFF = ['interrupted', 'stopped', 'failed'] as const

/**
 * Where an attempt may go from where it stands. Fine-tuning extracts again before a later phase, and what is cached or
 * trained already is passed over; evaluation is the last thing. Of `interrupted` and the three ends nothing leads on: only
 * another attempt, with a higher number, begins again at `queued`.
 */
export const TRANSITIONS: Readonly<Record<Status, readonly Status[]>> = {
  queued: ['preparing', ...BROKEN_OFF],
  preparing: ['extracting', 'training', 'evaluating', 'succeeded', ...BROKEN_OFF],
  extracting: ['training', 'evaluating', 'succeeded', ...BROKEN_OFF],
  training: ['extracting', 'evaluating', 'succeeded', ...BROKEN_OFF],
  evaluating: ['succeeded', ...BROKEN_OFF],
  interrupted: [],
  succeeded: [],
  stopped: [],
  failed: [],
}

/** Where every attempt begins, wherever the one before it stood. */
export const FIRST: Status = 'queued'

/** Whether an attempt may go on so; to stay is always allowed while it lasts. */
export function mayMove(from: Status, to: Status): boolean {
  return TRANSITIONS[from].includes(to) || (from === to && TRANSITIONS[from].length > 0)
}

/** Whether nothing that the attempt still says counts. */
export function attemptIsOver({ status }: Pick<RunState, 'status'>): boolean {
  return TRANSITIONS[status].length === 0
}

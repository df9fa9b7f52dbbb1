import type { RunEvent } from '../run/events.ts'

/** Events of which a run has thousands, and which tell how far it is: a slow client may pass over them. */
export const STEP_TYPES = ['point', 'extraction', 'download'] as const satisfies readonly RunEvent['type'][]

/** Whether a client must see the event whatever its connection is like. */
export function isChange({ type }: Pick<RunEvent, 'type'>): boolean {
  return !(STEP_TYPES as readonly string[]).includes(type)
}

import { askOwner } from '../owner/control.ts'
import type { Context } from './context.ts'

/** Says why the server of the data folder begins no run, where that is so. */
export async function sayPaused({ dataDir, output }: Context): Promise<void> {
  const answer = await askOwner(dataDir, { type: 'paused' })
  if (!answer?.paused) return
  output.say(`The queue is paused. ${answer.paused.says}`)
  if (answer.paused.advice) output.say(answer.paused.advice)
}

import type { NewRunEvent } from '../../../lib/run/events.ts'
import { livesWithParent } from '../../processes/child.ts'

/** Speaks the trainers' protocol and trains nothing: `silent` says one thing and then nothing, `talking` never ends,
 * `quick` succeeds. */
const [how] = process.argv.slice(2)
const say = (event: NewRunEvent) => process.send?.({ type: 'event', event }, () => undefined)

livesWithParent()
process.on('message', () => {
  say({ type: 'phase', phase: 'training' })
  if (how === 'quick') {
    say({ type: 'succeeded' })
    process.disconnect()
  }
  let step = 0
  if (how === 'talking') setInterval(() => say({ type: 'point', series: 'sgd', step: ++step, loss: 1 }), 20)
})

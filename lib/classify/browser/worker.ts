import { Problem } from '../../problem.ts'
import { localDevice } from './device.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** The worker of the classify box: everything that takes time happens here, so that the page stays smooth. */

const device = localDevice()
const say = (message: FromWorker) => postMessage(message)

addEventListener('message', async ({ data }: MessageEvent<ToWorker>) => {
  try {
    say({ id: data.id, type: 'done', result: await answer(data) })
  } catch (thrown) {
    if (!(thrown instanceof Problem)) console.error(thrown)
    say({ id: data.id, type: 'failed', problem: Problem.from(thrown).summary() })
  }
})

function answer(message: ToWorker) {
  switch (message.type) {
    case 'open':
      return device.open(message.options, (progress) => say({ id: message.id, type: 'progress', progress }))
    case 'look':
      return device.look(message.picture, message.crop)
    case 'use':
      return device.use(message.asked)
  }
}

import { setPriority } from 'node:os'
import { fineTune } from '../../../../lib/fine-tuning/fine-tune.ts'
import { Problem } from '../../../../lib/problem.ts'
import { livesWithParent } from '../../../processes/child.ts'
import { prepareBackbone } from '../../backbone.ts'
import { readLatest } from '../../fine-tuning/checkpoints.ts'
import { chooseTrainingEngine } from '../../fine-tuning/choose-engine.ts'
import { openData } from '../../fine-tuning/open-data.ts'
import { goingOn, judgesStart, startingPoint, trainingTask } from '../../fine-tuning/training-task.ts'
import { openStart } from '../../own-start.ts'
import { runFolder } from '../../run-folder.ts'
import { takeSeat } from '../join-ring.ts'
import { onceByTheFirst } from '../once-by-the-first.ts'
import { RingBroken } from '../ring-group.ts'
import { type DeviceTask, type FromDevice, toDeviceSchema } from './messages.ts'

/**
 * The process of one device of several that train together. It does what the trainer does on the first one, and keeps and
 * tells nothing: the trainer does. It ends with the trainer.
 */

setPriority(5)

let join: () => void = () => undefined
const everyoneSeated = new Promise<void>((resolve) => {
  join = resolve
})
/** The latest message is on its way once this settles; messages leave in order. */
let sent: Promise<void> = Promise.resolve()

livesWithParent()
process.on('message', (raw: unknown) => {
  const message = toDeviceSchema.parse(raw)
  if (message.type === 'join') return join()
  void train(message.task)
    .then(() => say({ type: 'done' }), blame)
    .then(() => sent)
    .then(() => process.exit(0))
})

async function train(task: DeviceTask): Promise<void> {
  const { rank, size, ring, engine, job, planned, head } = task
  const seat = await takeSeat(ring, { rank, size })
  const { signal } = new AbortController()
  const quiet = { emit: () => undefined, stop: signal }
  const backbone = await prepareBackbone(job.settings, job.dataset.classes.length, job.dataDir, quiet)
  const training = { job, backbone, planned, start: await openStart(job, backbone) }
  const begin = await startingPoint(training, head)
  const latest = await readLatest(runFolder(job.dataDir, job.run))
  const { device } = await chooseTrainingEngine({ wanted: engine })
  say({ type: 'seated' })
  await everyoneSeated
  const { group } = await seat.join()
  await fineTune({
    ...trainingTask(training, begin),
    data: onceByTheFirst(group, openData({ ...training, emit: quiet.emit, signal })),
    device,
    group,
    from: latest && goingOn(latest.state, job),
    ...(judgesStart(training) && { onStart: () => undefined }),
  })
}

function blame(thrown: unknown): void {
  if (thrown instanceof RingBroken) say({ type: 'left-alone' })
  else say({ type: 'failed', problem: Problem.from(thrown).summary() })
}

function say(message: FromDevice): void {
  // A parent that is gone is no error of ours: the disconnect that follows ends this process.
  sent = new Promise((resolve) => {
    if (!process.send?.(message, undefined, undefined, () => resolve())) resolve()
  })
}

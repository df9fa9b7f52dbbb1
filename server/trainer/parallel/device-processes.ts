import type { ChildProcess } from 'node:child_process'
import type { DeviceGroup } from '../../../lib/fine-tuning/parallel/device-group.ts'
import { ALONE } from '../../../lib/fine-tuning/parallel/device-group.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Device } from '../../devices/device.ts'
import {
  DEVICE_PROTOCOL,
  type DeviceTask,
  fromDeviceSchema,
  type ToDevice,
} from './device-process/messages.ts'
import { type StartDeviceProcess, startDeviceProcess } from './device-process/start.ts'
import { makeRingPlace, takeSeat } from './join-ring.ts'

/** The group as its first device, which is this process, sees it. */
export type OpenedGroup = {
  readonly group: DeviceGroup
  /** Ends the other processes. */
  close(): Promise<void>
}

/**
 * Opens the devices of a run: this process has the first one, each of the others gets a process of its own.
 *
 * @throws Problem `training/mixed-devices`, what a device's process fails with, {@link DeviceLost} when one ends without a
 * word; so does the group's `sum` later.
 */
export async function openDeviceGroup(
  task: Pick<DeviceTask, 'job' | 'planned' | 'engine' | 'head'>,
  start: StartDeviceProcess = startDeviceProcess,
): Promise<OpenedGroup> {
  const [first, ...others] = task.job.devices
  if (others.length === 0) return { group: ALONE, close: async () => undefined }
  const other = others.find(({ kind }) => kind !== first!.kind)
  if (other) throw mixed(first!, other)
  const size = task.job.devices.length
  const place = await makeRingPlace()
  const processes = others.map((device) => watch(start(device), device))
  const trouble = Promise.race(processes.map(({ trouble }) => trouble))
  const orTrouble = <T>(wanted: Promise<T>) =>
    Promise.race([wanted, trouble.then((problem) => Promise.reject(problem))])
  const allGone = Promise.all(processes.map(({ gone }) => gone))
  const close = async () => {
    for (const { child } of processes) child.kill('SIGKILL')
    await allGone
    await place.remove()
  }
  try {
    const seat = await takeSeat(place.folder, { rank: 0, size })
    for (const [i, { say }] of processes.entries())
      say({
        type: 'open',
        protocol: DEVICE_PROTOCOL,
        task: { ...task, rank: i + 1, size, ring: place.folder },
      })
    await orTrouble(Promise.all(processes.map(({ seated }) => seated)))
    for (const { say } of processes) say({ type: 'join' })
    const ring = await orTrouble(seat.join())
    await place.remove()
    return {
      group: {
        rank: 0,
        size,
        sum: (values) =>
          ring.group.sum(values).catch(async (broken: unknown) => {
            // The others notice too, and end: one of them is the reason.
            ring.close()
            throw await Promise.race([trouble, allGone.then(() => broken)])
          }),
      },
      async close() {
        ring.close()
        await close()
      },
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** The process of a device, and what becomes of it. None of the promises rejects. */
function watch(child: ChildProcess, device: Device) {
  let over = false
  let onSeated: () => void = () => undefined
  const seated = new Promise<void>((resolve) => {
    onSeated = resolve
  })
  let onGone: () => void = () => undefined
  const gone = new Promise<void>((resolve) => {
    onGone = resolve
  })
  /** Of its own making, not what another's end did to it. */
  const trouble = new Promise<Problem>((resolve) => {
    child.on('message', (raw) => {
      const message = fromDeviceSchema.parse(raw)
      if (message.type === 'seated') return onSeated()
      over = true
      if (message.type === 'failed') resolve(new Problem(message.problem.code, message.problem))
    })
    const end = (death: string) => {
      if (!over) resolve(new DeviceLost(device, death))
      onGone()
    }
    child.on('error', (error) => end(error.message))
    child.on('exit', (code, signal) => end(signal ?? `exit status ${code}`))
  })
  // A message that doesn't arrive needs no handling of its own: the exit that explains it does.
  const say = (message: ToDevice) => void (child.connected && child.send(message, () => undefined))
  return { child, seated, gone, trouble, say }
}

/** Each steps by itself, and kinds round differently: their weights would drift apart. */
function mixed(one: Device, other: Device): Problem {
  return new Problem('training/mixed-devices', {
    says: `${one.id} and ${other.id} are of different kinds and can't train one network together.`,
    advice: 'Ask for one device, or serve devices of one kind only: WHIPPET_DEVICES names them.',
  })
}

/** The process of a device is gone: the run can go on without it. */
export class DeviceLost extends Problem {
  readonly device: string

  constructor({ id }: Device, death: string) {
    super('training/device-lost', {
      says: `The process that trained on ${id} ended without a word: ${death}.`,
      advice:
        'The run goes on from its last checkpoint when it is started again, on the devices that are left.',
    })
    this.device = id
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Device } from '../../../devices/device.ts'
import { environmentOf } from '../../../devices/environment.ts'

/** Starts the process of one device, which sees that device and no other; it waits for its task. */
export type StartDeviceProcess = (device: Device) => ChildProcess

export const startDeviceProcess: StartDeviceProcess = (device) =>
  fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    execArgv: [],
    env: { ...environmentOf([device]), NODE_ENV: process.env.NODE_ENV },
    // A plan has sets, a head has typed arrays.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Device } from '../../devices/device.ts'
import { environmentOf } from '../../devices/environment.ts'

/** Starts an extractor process that sees this device and no other; it waits for its assignment. */
export type StartExtractor = (device: Device) => ChildProcess

export const startExtractor: StartExtractor = (device) =>
  fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    // None of the parent's flags: an inspector or a test runner's loader is not for this child.
    execArgv: [],
    // Two threads read and decode beside the engine; few arenas keep freed pictures from piling up in glibc's heaps.
    env: {
      ...environmentOf([device]),
      NODE_ENV: process.env.NODE_ENV,
      UV_THREADPOOL_SIZE: '2',
      MALLOC_ARENA_MAX: '2',
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
